//! Views that people keep.

use jiff::Timestamp;
use uuid::Uuid;
use warehouse::SavedViewRow;

use crate::store::Store;

fn view(number: u128, person: &str, name: &str, address: &str) -> SavedViewRow {
    let [person, name, address] = [person, name, address].map(str::to_owned);
    SavedViewRow { id: Uuid::from_u128(number), person, name, address, saved_at: Timestamp::UNIX_EPOCH }
}

#[tokio::test]
async fn each_person_has_views_of_their_own_and_one_of_each_name() {
    let store = Store::new();
    let names = async |person: &str| {
        let views = store.warehouse.saved_views(person.to_owned()).await.unwrap();
        views.into_iter().map(|view| (view.name, view.address)).collect::<Vec<_>>()
    };
    let pair = |name: &str, address: &str| (name.to_owned(), address.to_owned());
    let save = async |row: SavedViewRow| store.warehouse.save_view(row, 2).await.unwrap();
    assert!(save(view(1, "ana", "b", "/actividad?estado=fallido")).await);
    assert!(save(view(2, "ana", "A", "/pendientes?etl_tipo=ventas")).await);
    assert!(save(view(3, "luis", "b", "/cobertura?zoom=mes")).await);
    assert!(!save(view(4, "ana", "c", "/actividad?estado=parcial")).await, "ana has as many as she may");
    assert!(save(view(5, "ana", "b", "/actividad?estado=parcial")).await, "but may change one of them");
    let of_ana = [pair("A", "/pendientes?etl_tipo=ventas"), pair("b", "/actividad?estado=parcial")];
    assert_eq!(names("ana").await, of_ana);

    assert_eq!(store.warehouse.delete_view("ana".to_owned(), Uuid::from_u128(3)).await.unwrap(), None);
    let gone = store.warehouse.delete_view("luis".to_owned(), Uuid::from_u128(3)).await.unwrap();
    assert_eq!(gone, Some(view(3, "luis", "b", "/cobertura?zoom=mes")));
    assert_eq!(names("luis").await, []);
    assert_eq!(names("ana").await, of_ana);
}
