-- What the history is filtered by. Each index gives rows in the order of the pages, so that a page reads no more than it shows,
-- however many rows there are. The statements that use them stand in server/store/src/history.rs.

CREATE INDEX audit_event_of_team ON audit_event (team, at, id) WHERE team IS NOT NULL;
-- A kind of event in a team may be rare among all that the team has.
CREATE INDEX audit_event_of_team_by_action ON audit_event (team, action, at, id) WHERE team IS NOT NULL;
-- The further columns let a filter pass over what it does not want without reading the rows.
CREATE INDEX audit_event_of_person ON audit_event (actor_person, at, id) INCLUDE (action, team)
    WHERE actor_person IS NOT NULL;
CREATE INDEX audit_event_by_action ON audit_event (action, at, id);
