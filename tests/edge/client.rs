//! The typed client: generated from the API's own description, compiled strictly, and run against the edge.

use std::fs;

use harness::node::Package;
use harness::program::checkout;
use serde_json::Value;

use crate::run;
use crate::town::town;

/// Where the types go that the running edge describes.
const GENERATED: &str = "node_modules/.api.ts";

fn package() -> Package {
    Package::installed(
        "edge/client",
        "TypeScript and the generator of the client's types (60 MB, about 10 s)",
    )
}

#[test]
fn the_clients_types_are_what_the_description_of_the_running_edge_says() {
    run(async {
        let town = town().await;
        let url = town.edge.url.clone();
        let generate = move || {
            let package = package();
            let from = format!("{url}/openapi.json");
            package.run("openapi-typescript", &[&from, "--output", GENERATED], &[]);
            fs::read_to_string(package.folder.join(GENERATED)).unwrap()
        };
        let generated = tokio::task::spawn_blocking(generate).await.unwrap();
        let committed = fs::read_to_string(checkout().join("edge/client/src/api.ts"));
        assert!(generated.contains("\"/v1/horses/{id}\": {"));
        assert!(
            committed.is_ok_and(|committed| committed == generated),
            "edge/client/src/api.ts is not what the API says any more: run `cp {GENERATED} src/api.ts` in edge/client"
        );
    });
}

#[test]
fn a_program_with_the_client_compiles_strictly_and_a_wrong_one_does_not() {
    let package = package();
    package.run("tsc", &["--noEmit", "--project", "example"], &[]);
    for (wrong, why) in [
        (
            "api.GET(\"/v1/hoses/{id}\", { params: { path: { id: 1 } } });",
            "a path that is not there",
        ),
        (
            "api.GET(\"/v1/horses/{id}\", { params: { path: { id: \"one\" } } });",
            "a text for a number",
        ),
        (
            "api.POST(\"/v1/horses/starter\", { body: { bred: \"Arabian\", name: \"A\" } });",
            "a field that is not there",
        ),
        (
            "const age: string = (await api.GET(\"/v1/horses/{id}\", { params: { path: { id: 1 } } })).data!.age;",
            "a number for a text",
        ),
    ] {
        let folder = package.folder.join("node_modules/.wrong");
        fs::create_dir_all(&folder).unwrap();
        let text = format!(
            "import {{ equoria }} from \"../../src/index.ts\";\nconst api = equoria({{ url: \"\" }});\n{wrong}\nexport {{}};\n"
        );
        fs::write(folder.join("wrong.ts"), text).unwrap();
        let settings = r#"{"extends": "../../tsconfig.json", "compilerOptions": {"noEmit": true, "rootDir": "../.."}, "include": [], "files": ["wrong.ts"]}"#;
        fs::write(folder.join("tsconfig.json"), settings).unwrap();
        let mut compiler = package.command("tsc").unwrap();
        let refused = compiler
            .args(["--project", "node_modules/.wrong"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(
            !refused.status.success() && said.contains("wrong.ts(3,"),
            "{why}: {said}"
        );
    }
}

#[test]
fn a_program_with_the_client_plays_at_the_edge() {
    run(async {
        let town = town().await;
        let url = town.edge.url.clone();
        let told = tokio::task::spawn_blocking(move || play(&url))
            .await
            .unwrap();
        assert_eq!(told["isSameAgain"], true);
        assert_eq!(told["mare"]["name"], "Typed Comet");
        assert!(
            told["mare"]["discipline_scores"]["Racing"].as_i64() > Some(0),
            "{told}"
        );
        assert_eq!(told["refused"]["code"], "resting");
        assert_eq!(
            (&told["missing"]["status"], &told["missing"]["code"]),
            (&404.into(), &"horse-not-found".into())
        );
        assert!(!told["settled"].as_array().unwrap().is_empty());
    });
}

fn play(url: &str) -> Value {
    let program = "const { story } = await import('./example/story.ts');
        console.log(JSON.stringify(await story(process.argv[1], process.argv[2])));";
    let email = format!("typed-{}@example.org", std::process::id());
    let arguments = [
        "--input-type=module",
        "--no-warnings",
        "--eval",
        program,
        url,
        &email,
    ];
    let said = package().run("node", &arguments, &[]);
    serde_json::from_str(&said).unwrap()
}
