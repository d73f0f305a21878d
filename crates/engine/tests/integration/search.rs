//! What is found by what somebody types.

use domain::decision::Origin;
use engine::Actor;

use crate::support::{World, operator};

const HOURS: Option<(&str, &str)> = Some(("12:00", "12:30"));

#[tokio::test(flavor = "multi_thread")]
async fn stores_are_found_by_name_and_a_run_by_its_whole_identifier() {
    let world = World::new().await;
    let run = world.extract("tienda_01", "2025-11-17", HOURS).await[0].id;
    let search = async |typed: &str| world.engine.search(&operator(), typed).await.unwrap();

    let names = |found: &engine::Found| {
        found.branches.iter().map(|branch| branch.ubicacion_nombre.clone()).collect::<Vec<String>>()
    };
    let all = search("tienda_").await;
    assert!(all.branches.len() > 1);
    let first = names(&all).remove(0);
    assert_eq!(names(&search(&first.to_lowercase()).await), [first]);
    assert!(search("").await.branches.is_empty());

    let found = search(&format!(" {run} ")).await;
    assert_eq!(found.run.map(|run| run.id), Some(run));
    let beginning: String = run.to_string().chars().take(12).collect();
    for typed in ["00000000-0000-0000-0000-000000000009", beginning.as_str(), "000000000000"] {
        let found = search(typed).await;
        assert!(found.run.is_none() && found.plan.is_none(), "{typed}");
    }
    let nobody = world.engine.search(&Actor::nobody(Origin::Web), "tienda").await;
    assert!(nobody.is_err());
}
