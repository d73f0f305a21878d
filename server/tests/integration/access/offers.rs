//! What pages offer an operator of some stores.

use crate::rest::block_on;
use crate::support::{Pos, Server, client_with};

#[test]
fn an_operator_of_one_store_is_offered_its_actions_and_not_those_of_others() {
    let pos = Pos::start();
    let klk = pos.klk();
    let token = klk.token("o8", "operador", "tienda_08");
    let server = Server::start(&klk, &[]);
    block_on(async {
        let client = client_with(Some(&token));
        let page = async |path: &str| {
            let answer = client.get(format!("{}{path}", server.address)).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 200, "{path}");
            answer.text().await.unwrap()
        };
        let gaps = page("/pendientes?etl_tipo=ventas&max_horas=72").await;
        let rows: Vec<&str> =
            gaps.split("<tr id=\"gap-").skip(1).map(|row| row.split("</tr>").next().unwrap()).collect();
        let (own, others): (Vec<&str>, Vec<&str>) = rows.into_iter().partition(|row| row.contains("BOSQUE"));
        assert!(!own.is_empty() && !others.is_empty(), "{gaps}");
        assert!(own.iter().all(|row| row.contains("name=\"uno\"")), "{own:?}");
        for other in others {
            assert!(other.contains("PERIFERICO"), "{other}");
            assert!(!other.contains("name=\"uno\"") && !other.contains("type=\"checkbox\""), "{other}");
        }
        assert!(gaps.contains("id=\"recuperar-todo\""), "all of a list of all stores is all of one's own");

        for (store, is_own) in [("tienda_08", true), ("tienda_01", false)] {
            let day = page(&format!("/tiendas/{store}/{}", pos.yesterday())).await;
            assert_eq!(day.contains("id=\"recuperar-dia\""), is_own, "{store}");
            let list = page(&format!("/pendientes?ubicacion_id={store}")).await;
            assert_eq!(list.contains("id=\"recuperar-todo\""), is_own, "{store}");
            let all = page(&format!("/tiendas/{store}")).await;
            assert_eq!(all.contains("value=\"todo\""), is_own, "{store}");
        }
    });
}
