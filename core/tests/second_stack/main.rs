//! A second, independent TCP: two smoltcp hosts joined by a seeded faulty link, and synfin held against their sockets.
//!
//! `world` plays a connection and keeps its `history`; `observe` lets it pass synfin at three places; `limits` says of
//! every difference which facts the observer would have needed, `outcome` what the sockets know of the whole.

mod history;
mod host;
mod kinds;
mod limits;
mod link;
mod observe;
mod outcome;
mod program;
mod report;
mod scenarios;
mod world;

use std::sync::Mutex;

use limits::Limit;
use report::{Report, run, table};

/// Connections of each scenario on each link: a few thousand in all, and some ten thousand.
const QUICK: u64 = 11;
const LONG: u64 = 190;

/// The page of docs that has the tables.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/STACKS.md");

/// Every difference has a class, and an observer who is told everything is right everywhere.
fn holds(report: &Report) {
    assert!(report.wrong.is_empty(), "{} differences that nothing explains:\n{}", report.wrong.len(), report.wrong());
    for row in &report.rows {
        let agreed: u64 = row.states.iter().map(|tap| tap.agreed).sum();
        assert!(agreed > 500, "{}: almost nothing was compared", row.name);
    }
    for limit in [Limit::Silent, Limit::NotSeen, Limit::OutOfOrder, Limit::Crossed] {
        assert!(report.count(limit) > 0, "{} never happened: the link is not at fault any more", limit.name());
    }
}

/// A part of the page is what these seeds give. With SYNFIN_WRITE_TABLE=1 it is written instead of compared.
fn is_on_page(part: &str, text: &str) {
    // One at a time: both tests write the same page.
    static PAGE_IS_BUSY: Mutex<()> = Mutex::new(());
    let _guard = PAGE_IS_BUSY.lock();
    let (begin, end) = (format!("<!-- {part}: begin -->\n"), format!("<!-- {part}: end -->\n"));
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let (before, rest) = page.split_once(&begin).unwrap_or((&page, ""));
    let after = rest.split_once(&end).map_or("", |(_, after)| after);
    let fresh = format!("{before}{begin}{text}{end}{after}");
    if std::env::var_os("SYNFIN_WRITE_TABLE").is_some() {
        std::fs::write(PAGE, &fresh).expect("the page can be written");
    } else {
        assert!(page == fresh, "{PAGE} is stale: make stacks-table; now it is\n{text}");
    }
}

#[test]
fn a_second_stack_agrees_and_the_table_says_so() {
    let report = run(QUICK);
    holds(&report);
    is_on_page("tests/second_stack", &table(&report));
}

/// The same with many more connections.
#[test]
#[ignore = "takes minutes: make test-stacks"]
fn tens_of_thousands_of_connections() {
    let report = run(LONG);
    holds(&report);
    let summary = report.summary();
    println!("{summary}");
    is_on_page("tests/second_stack, long", &format!("\nThe long run (`make test-stacks`): {summary}.\n"));
}
