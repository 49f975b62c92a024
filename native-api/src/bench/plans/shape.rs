//! A plan on one line, and what of it is the same from one day to the next: the tables and indexes that it uses, and how.

use std::collections::BTreeSet;

use serde_json::Value;

/// A walk along a whole index that ends after a page is fine; one of more rows than this is a scan.
const PAGE: f64 = 2_000.0;

/// The shape of a plan on one line: `Limit(Index Scan horses_pkey)`.
pub(super) fn of(node: &Value) -> String {
    let text = |key: &str| node[key].as_str();
    let kind = text("Node Type").unwrap_or("?");
    let kind = match (kind, text("Operation")) {
        ("ModifyTable", Some(operation)) => operation,
        _ => kind,
    };
    let used = used(node).map_or_else(String::new, |name| format!(" {name}"));
    let inner: Vec<String> = inner(node).map(of).collect();
    if inner.is_empty() {
        format!("{kind}{used}")
    } else {
        format!("{kind}{used}({})", inner.join(", "))
    }
}

/// How the plan reaches each table that grows, in the order of the alphabet. The order of joins, their kinds, parallel
/// workers and the way to a `catalogue` of some rows may differ from one sample of the statistics to the next.
pub(super) fn access(node: &Value, catalogues: &[&str]) -> String {
    let mut uses = Vec::new();
    collect(node, catalogues, &mut uses);
    uses.sort_unstable();
    uses.join(", ")
}

fn collect(node: &Value, catalogues: &[&str], uses: &mut Vec<String>) {
    let is_catalogue = node["Relation Name"]
        .as_str()
        .is_some_and(|table| catalogues.contains(&table));
    if let Some(name) = used(node).filter(|_| !is_catalogue) {
        let operation = node["Operation"].as_str().or(node["Node Type"].as_str());
        uses.push(format!("{} {name}", operation.unwrap_or("?")));
    }
    inner(node).for_each(|inner| collect(inner, catalogues, uses));
}

/// The index, table or common table expression that a node uses itself.
fn used(node: &Value) -> Option<&str> {
    let text = |key: &str| node[key].as_str();
    text("Index Name")
        .or(text("Relation Name"))
        .or(text("CTE Name"))
}

/// The first table that the plan reads from end to end, though it is none of the `small` ones.
pub(super) fn scanned(node: &Value, small: &BTreeSet<String>) -> Option<String> {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let table = node["Relation Name"].as_str().unwrap_or_default();
    let is_long = node["Actual Rows"].as_f64().is_some_and(|rows| rows > PAGE);
    let is_walk = kind.starts_with("Index") && node["Index Cond"].is_null() && is_long;
    if (kind == "Seq Scan" || is_walk) && !small.contains(table) {
        return Some(format!("it scans {table}"));
    }
    inner(node).find_map(|inner| scanned(inner, small))
}

fn inner(node: &Value) -> impl Iterator<Item = &Value> {
    node["Plans"].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_shape_names_nodes_indexes_and_tables_and_a_scan_is_found_wherever_it_is() {
        let scan = |table: &str| json!({"Node Type": "Seq Scan", "Relation Name": table});
        let by_index = json!({"Node Type": "Index Scan", "Index Name": "horses_pkey", "Relation Name": "horses"});
        let plan = json!({"Node Type": "Nested Loop", "Plans": [by_index, scan("breeds")]});
        assert_eq!(
            of(&plan),
            "Nested Loop(Index Scan horses_pkey, Seq Scan breeds)"
        );
        assert_eq!(access(&plan, &["breeds"]), "Index Scan horses_pkey");
        assert_eq!(
            access(&plan, &[]),
            "Index Scan horses_pkey, Seq Scan breeds"
        );
        let small = BTreeSet::from(["breeds".to_owned()]);
        assert_eq!(scanned(&plan, &small), None);
        let plan = json!({"Node Type": "Limit", "Plans": [plan, scan("postings")]});
        assert_eq!(scanned(&plan, &small).unwrap(), "it scans postings");
    }
}
