//! Lists as files: what a page shows, with its filters, as CSV, Excel or Parquet.

mod excel;
mod filter;
mod flat;
mod head;
mod list;
mod stores;

use std::fmt::Display;

use anyhow::Context;
pub use filter::ExportFilter;
pub use list::{Exported, list};
use serde_json::Value;
use warehouse::{PlainTable, TableFormat, write_table};

/// A format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// Text with commas.
    #[value(help = "Texto con comas")]
    Csv,
    /// A workbook of Excel.
    #[value(help = "Un libro de Excel")]
    Xlsx,
    /// Columns, for other analytics tools.
    #[value(help = "Columnas, para otros programas de análisis")]
    Parquet,
}

impl ExportFormat {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Parquet];

    /// The end of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }

    /// Of the end of a name; None where it is another.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == text)
    }

    /// The type that a browser gets.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl Display for ExportFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.extension())
    }
}

/// The rows of a list as the bytes of a file. It takes a while for many rows, so it is no work for an async thread.
pub fn file(rows: &[Value], list: Exported, format: ExportFormat) -> anyhow::Result<Vec<u8>> {
    let table = match rows {
        [] => PlainTable { columns: list.columns(), rows: Vec::new() },
        rows => flat::table(rows),
    };
    let format = match format {
        ExportFormat::Xlsx => return excel::workbook(&table, list.name()),
        ExportFormat::Csv => TableFormat::Csv,
        ExportFormat::Parquet => TableFormat::Parquet,
    };
    let folder = tempfile::tempdir().context("no hay dónde escribir el archivo")?;
    let path = folder.path().join("lista");
    write_table(&table, format, &path)?;
    std::fs::read(&path).context("no se puede leer el archivo escrito")
}

#[cfg(test)]
mod tests {
    use warehouse::ColumnKind;

    use super::*;

    #[test]
    fn an_empty_list_is_a_file_with_its_head_and_no_rows() {
        for list in Exported::ALL {
            for format in ExportFormat::ALL {
                assert!(!file(&[], list, format).unwrap().is_empty(), "{}.{format}", list.name());
            }
            let text = String::from_utf8(file(&[], list, ExportFormat::Csv).unwrap()).unwrap();
            let head: Vec<String> = list.columns().into_iter().map(|(name, _)| name).collect();
            assert!(head.len() > 3, "{}: {head:?}", list.name());
            assert_eq!(text.trim_end(), head.join(","), "{}", list.name());
        }
    }

    #[test]
    fn the_columns_of_an_empty_list_reach_into_its_objects() {
        let kind = |list: Exported, name: &str| {
            list.columns().into_iter().find(|(given, _)| given == name).unwrap_or_else(|| panic!("no {name}")).1
        };
        assert_eq!(kind(Exported::Pendientes, "valor_usd"), ColumnKind::Number);
        assert_eq!(kind(Exported::Pendientes, "evidencia_tipo"), ColumnKind::Text);
        assert_eq!(kind(Exported::Pendientes, "recuperable"), ColumnKind::Truth);
        assert_eq!(kind(Exported::Ejecuciones, "registros_cargados"), ColumnKind::Whole);
        assert_eq!(kind(Exported::Metricas, "tasa_exito_pct"), ColumnKind::Number);
        assert_eq!(kind(Exported::Cobertura, "valor_usd"), ColumnKind::Number);
        assert_eq!(kind(Exported::Tiendas, "faltan"), ColumnKind::Whole);
    }
}
