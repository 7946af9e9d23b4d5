//! What is not the same in two templates, and in two JSON documents altogether.

use model::{
    difference::{PropertyDifference, ResourceDifference},
    plan::ChangeKind,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Fields by which the elements of a list are told apart, in templates as in documents within them. The first that every element
/// has, with a value of its own, is taken: with it, an element that is put in between does not move all that follow.
const NAMES: [&str; 8] = ["Key", "Name", "Sid", "Id", "PolicyName", "ContainerName", "ContainerPath", "ContainerPort"];

/// The resources that differ between two templates, by logical id. A text that is no template counts as one without resources.
///
/// Outputs and metadata are left out: they follow from the resources, or name the revision.
pub fn difference(before: &str, after: &str) -> Vec<ResourceDifference> {
    let (before, after) = (resources(before), resources(after));
    names(&before, &after)
        .into_iter()
        .filter_map(|logical_id| {
            let (old, new) = (before.get(logical_id), after.get(logical_id));
            let (change, properties) = match (old, new) {
                (None, _) => (ChangeKind::Add, Vec::new()),
                (_, None) => (ChangeKind::Remove, Vec::new()),
                (Some(old), Some(new)) if old == new => return None,
                (Some(old), Some(new)) if old["Type"] != new["Type"] => {
                    (ChangeKind::Replace, values(&json!({ "Type": old["Type"] }), &json!({ "Type": new["Type"] })))
                }
                (Some(old), Some(new)) => (ChangeKind::Modify, values(&flat(old), &flat(new))),
            };
            let resource_type = new.or(old).and_then(|resource| resource["Type"].as_str()).unwrap_or_default();
            let (logical_id, resource_type) = (logical_id.clone(), resource_type.to_owned());
            Some(ResourceDifference { change, logical_id, resource_type, properties })
        })
        .collect()
}

/// The places in which two JSON documents differ, in the order of their paths. None exactly if the documents are equal.
pub fn values(before: &Value, after: &Value) -> Vec<PropertyDifference> {
    let mut walk = Walk::default();
    walk.compare(Some(before), Some(after));
    walk.found
}

fn resources(template: &str) -> Map<String, Value> {
    let mut template: Map<String, Value> = serde_json::from_str(template).unwrap_or_default();
    match template.remove("Resources") {
        Some(Value::Object(resources)) => resources,
        _ => Map::new(),
    }
}

/// A resource's properties next to its attributes, of which `Type` alone shares its name with properties of some types.
fn flat(resource: &Value) -> Value {
    let mut fields = resource.as_object().cloned().unwrap_or_default();
    fields.remove("Type");
    if let Some(Value::Object(properties)) = fields.remove("Properties") {
        fields.extend(properties);
    }
    Value::Object(fields)
}

fn names<'a>(before: &'a Map<String, Value>, after: &'a Map<String, Value>) -> BTreeSet<&'a String> {
    before.keys().chain(after.keys()).collect()
}

#[derive(Default)]
struct Walk {
    path: Vec<String>,
    found: Vec<PropertyDifference>,
}

impl Walk {
    /// Compares what stands at the path; `None` is a document without such a place.
    fn compare(&mut self, before: Option<&Value>, after: Option<&Value>) {
        if before == after {
            return;
        }
        match (before.map(shape), after.map(shape)) {
            (Some(Shape::Fields(old)), Some(Shape::Fields(new))) => self.fields(old, new),
            (Some(Shape::Fields(old)), None) if !old.is_empty() => self.fields(old, &Map::new()),
            (None, Some(Shape::Fields(new))) if !new.is_empty() => self.fields(&Map::new(), new),
            (Some(Shape::List(old)), Some(Shape::List(new))) => self.lists(old, new),
            (Some(Shape::List(old)), None) if !old.is_empty() => self.lists(old, &[]),
            (None, Some(Shape::List(new))) if !new.is_empty() => self.lists(&[], new),
            _ => self.note(before, after),
        }
    }

    fn fields(&mut self, before: &Map<String, Value>, after: &Map<String, Value>) {
        for name in names(before, after) {
            self.at(name, before.get(name), after.get(name));
        }
    }

    fn lists(&mut self, before: &[Value], after: &[Value]) {
        let Some(name) = NAMES.into_iter().find(|name| tells_apart(name, before) && tells_apart(name, after)) else {
            return self.by_position(before, after);
        };
        let noted = self.found.len();
        let find = |list: &[Value], wanted: &Value| list.iter().position(|element| element[name] == *wanted);
        for old in before {
            let new = find(after, &old[name]).and_then(|at| after.get(at));
            self.element(name, Some(old), new);
        }
        for new in after.iter().filter(|new| find(before, &new[name]).is_none()) {
            self.element(name, None, Some(new));
        }
        if self.found.len() == noted {
            // The same elements in another order.
            self.note(Some(&order(name, before)), Some(&order(name, after)));
        }
    }

    /// An element that has a name. Where it is on one side only, the path says the name, and it need not be said again.
    fn element(&mut self, name: &str, before: Option<&Value>, after: Option<&Value>) {
        let title = before.or(after).map(|element| text(&element[name])).unwrap_or_default();
        match (before, after) {
            (Some(Value::Object(only)), None) | (None, Some(Value::Object(only))) if only.len() > 1 => {
                let mut rest = only.clone();
                rest.remove(name);
                let rest = Value::Object(rest);
                let is_new = before.is_none();
                self.at(&title, (!is_new).then_some(&rest), is_new.then_some(&rest));
            }
            _ => self.at(&title, before, after),
        }
    }

    /// Elements without names: those that are in both lists are left out, and of the rest, the first is compared with the first.
    fn by_position(&mut self, before: &[Value], after: &[Value]) {
        let is_whole = |list: &[Value]| list.iter().all(|element| matches!(shape(element), Shape::Whole));
        let (old, new) = (left_over(before, after), left_over(after, before));
        if (is_whole(before) && is_whole(after)) || (old.is_empty() && new.is_empty()) {
            let list = |list: &[Value]| (!list.is_empty()).then(|| Value::Array(list.to_vec()));
            return self.note(list(before).as_ref(), list(after).as_ref());
        }
        for at in 0..old.len().max(new.len()) {
            let (old, new) = (old.get(at), new.get(at));
            let position = new.or(old).map_or(0, |(position, _)| position + 1);
            self.at(&position.to_string(), old.map(|(_, value)| *value), new.map(|(_, value)| *value));
        }
    }

    fn at(&mut self, name: &str, before: Option<&Value>, after: Option<&Value>) {
        self.path.push(name.to_owned());
        self.compare(before, after);
        self.path.pop();
    }

    fn note(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let (mut old, mut new) = (before.map(text), after.map(text));
        if old == new {
            // For example the number 80 and the text "80": their JSON tells them apart.
            (old, new) = (before.map(Value::to_string), after.map(Value::to_string));
        }
        self.found.push(PropertyDifference { path: self.path.clone(), before: old, after: new });
    }
}

/// How a value is compared with another.
enum Shape<'a> {
    /// Field by field.
    Fields(&'a Map<String, Value>),
    /// Element by element.
    List(&'a [Value]),
    /// As one: a scalar or a function of CloudFormation.
    Whole,
}

fn shape(value: &Value) -> Shape<'_> {
    match value {
        Value::Object(fields) if function(fields).is_none() => Shape::Fields(fields),
        Value::Array(elements) => Shape::List(elements),
        _ => Shape::Whole,
    }
}

/// CloudFormation's function and its argument, if the value is one: an object of one field, `Ref` or `Fn::…`.
fn function(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = fields.iter().next().filter(|_| fields.len() == 1)?;
    let name = if name == "Ref" { name } else { name.strip_prefix("Fn::")? };
    Some((name, argument))
}

/// Whether each element of a list has a value of its own in this field.
fn tells_apart(name: &str, list: &[Value]) -> bool {
    let titles: BTreeSet<String> = list
        .iter()
        .filter_map(|element| element.get(name))
        .filter(|title| title.is_string() || title.is_number())
        .map(text)
        .collect();
    titles.len() == list.len()
}

fn order(name: &str, list: &[Value]) -> Value {
    list.iter().map(|element| element[name].clone()).collect()
}

/// The elements of a list, with their positions, that another does not have as often.
fn left_over<'a>(list: &'a [Value], other: &[Value]) -> Vec<(usize, &'a Value)> {
    let mut other: Vec<&Value> = other.iter().collect();
    let is_new = |(_, value): &(usize, &'a Value)| match other.iter().position(|there| there == value) {
        Some(at) => {
            other.swap_remove(at);
            false
        }
        None => true,
    };
    list.iter().enumerate().filter(is_new).collect()
}

/// A value as a person reads it. Functions are written as in YAML templates.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(elements) if elements.iter().all(|element| matches!(shape(element), Shape::Whole)) => {
            let elements: Vec<String> = elements.iter().map(text).collect();
            if elements.is_empty() { "[]".to_owned() } else { elements.join(", ") }
        }
        Value::Object(fields) => match function(fields) {
            Some(("Ref", Value::String(name))) => format!("!Ref {name}"),
            Some(("Sub", Value::String(text))) => format!("!Sub {text}"),
            Some(("GetAtt", Value::Array(parts))) => {
                format!("!GetAtt {}", parts.iter().map(text).collect::<Vec<_>>().join("."))
            }
            _ => value.to_string(),
        },
        _ => value.to_string(),
    }
}
