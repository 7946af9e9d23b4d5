//! Counts of checks, read from what the test runners print.

use std::ops::AddAssign;

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// From the program's verdict and the counts it printed. A program that failed without telling how often failed once.
    pub fn judge(success: bool, counted: Option<Self>) -> Self {
        let mut tally = counted.unwrap_or_default();
        if !success && tally.failed == 0 {
            tally.failed = 1;
        }
        tally
    }

    /// `Summary [ 1.2s] 12 tests run: 11 passed (1 slow), 1 failed, 0 skipped`
    pub fn of_nextest(output: &str) -> Option<Self> {
        let summary = output.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
        let (_, counts) = summary.split_once("run:")?;
        Some(Self { passed: before(counts, "passed")?, failed: before(counts, "failed").unwrap_or(0) })
    }

    /// `test result: ok. 5 passed; 0 failed; 0 ignored; …`, once for every test program.
    pub fn of_cargo_test(output: &str) -> Option<Self> {
        let mut total = None;
        for line in output.lines().filter(|line| line.trim_start().starts_with("test result:")) {
            let tally =
                Self { passed: before(line, "passed").unwrap_or(0), failed: before(line, "failed").unwrap_or(0) };
            *total.get_or_insert_with(Self::default) += tally;
        }
        total
    }

    /// `Ran 12 tests in 3.4s` and, if some failed, `FAILED (failures=1, errors=2)`.
    pub fn of_unittest(output: &str) -> Option<Self> {
        let ran = output.lines().rev().find_map(|line| line.strip_prefix("Ran "))?;
        let ran: u64 = ran.split(' ').next()?.parse().ok()?;
        let verdict = output.lines().rev().find(|line| line.starts_with("FAILED") || line.starts_with("OK"))?;
        let number = |name: &str| -> u64 {
            let digits = verdict.split_once(name).map_or("", |(_, rest)| rest);
            digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
        };
        let failed = number("failures=") + number("errors=");
        Some(Self { passed: ran.saturating_sub(failed).saturating_sub(number("skipped=")), failed })
    }

    /// A line for each thing that was checked: `ok   default.json` or `FAIL default.json`.
    pub fn of_marks(output: &str) -> Option<Self> {
        let count = |mark: &str| output.lines().filter(|line| line.starts_with(mark)).count() as u64;
        let tally = Self { passed: count("ok "), failed: count("FAIL ") };
        (tally != Self::default()).then_some(tally)
    }

    /// The closing lines of Playwright's list reporter: `  3 failed`, `  1 flaky`, `  37 passed (1.2m)`. Tests that never ran count as
    /// failed, those that passed the second time as passed: Playwright names them above.
    pub fn of_playwright(output: &str) -> Option<Self> {
        let closing = |word: &str| -> u64 {
            let number = |line: &str| {
                let (count, rest) = line.trim().split_once(' ')?;
                (rest == word || rest.starts_with(&format!("{word} ("))).then(|| count.parse::<u64>().ok())?
            };
            output.lines().rev().find_map(number).unwrap_or(0)
        };
        let tally =
            Self { passed: closing("passed") + closing("flaky"), failed: closing("failed") + closing("did not run") };
        (tally != Self::default()).then_some(tally)
    }
}

/// The number before a word.
fn before(text: &str, word: &str) -> Option<u64> {
    let words: Vec<&str> = text.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
    let place = words.iter().position(|found| *found == word)?;
    words.get(place.checked_sub(1)?)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest() {
        let green = "     Summary [   1.203s] 12 tests run: 12 passed (1 slow), 0 skipped\n";
        assert_eq!(Tally::of_nextest(green), Some(Tally { passed: 12, failed: 0 }));
        let red = "     Summary [   1.2s] 12 tests run: 11 passed, 1 failed, 0 skipped\n        FAIL x\nerror: test run failed";
        assert_eq!(Tally::of_nextest(red), Some(Tally { passed: 11, failed: 1 }));
    }

    #[test]
    fn cargo_test_adds_up_its_programs() {
        let output =
            "test result: ok. 5 passed; 0 failed; 1 ignored\n\ntest result: FAILED. 2 passed; 3 failed; 0 ignored";
        assert_eq!(Tally::of_cargo_test(output), Some(Tally { passed: 7, failed: 3 }));
        assert_eq!(Tally::of_cargo_test("error: could not compile"), None);
    }

    #[test]
    fn unittest() {
        assert_eq!(Tally::of_unittest("Ran 12 tests in 3.4s\n\nOK"), Some(Tally { passed: 12, failed: 0 }));
        let red = "Ran 12 tests in 3.4s\n\nFAILED (failures=1, errors=2, skipped=1)";
        assert_eq!(Tally::of_unittest(red), Some(Tally { passed: 8, failed: 3 }));
    }

    #[test]
    fn marks() {
        let output = "ok   default.json\nFAIL no-nat.json\n     cfn-lint E3012: wrong\nok   small.json\n";
        assert_eq!(Tally::of_marks(output), Some(Tally { passed: 2, failed: 1 }));
        assert_eq!(Tally::of_marks("no templates"), None);
    }

    #[test]
    fn playwright() {
        assert_eq!(Tally::of_playwright("  37 passed (1.2m)\n"), Some(Tally { passed: 37, failed: 0 }));
        let red = "  2 failed\n    [js] › a.spec.ts:3:1 › x\n  1 did not run\n  30 passed (1.2m)\n";
        assert_eq!(Tally::of_playwright(red), Some(Tally { passed: 30, failed: 3 }));
        let flaky = "  1 flaky\n    [js] › a.spec.ts:3:1 › x\n  30 passed (1.2m)\n";
        assert_eq!(Tally::of_playwright(flaky), Some(Tally { passed: 31, failed: 0 }));
    }

    #[test]
    fn a_failure_without_a_count_is_one() {
        assert_eq!(Tally::judge(false, None), Tally { passed: 0, failed: 1 });
        assert_eq!(Tally::judge(false, Some(Tally { passed: 3, failed: 0 })), Tally { passed: 3, failed: 1 });
    }
}
