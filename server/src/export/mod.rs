//! Lists as files: what a page shows, with its filters, as CSV, Excel or Parquet.

mod excel;
mod flat;
mod list;

use std::fmt::Display;

use anyhow::Context;
pub use list::{ExportFilter, Exported, list};
use serde_json::Value;
use warehouse::{TableFormat, write_table};

/// A format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExportFormat {
    /// Text with commas.
    Csv,
    /// A workbook of Excel.
    Xlsx,
    /// Columns, for other analytics tools.
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

/// Rows as the bytes of a file. It takes a while for many rows, so it is no work for an async thread.
pub fn file(rows: &[Value], name: &str, format: ExportFormat) -> anyhow::Result<Vec<u8>> {
    let table = flat::table(rows);
    let format = match format {
        ExportFormat::Xlsx => return excel::workbook(&table, name),
        ExportFormat::Csv => TableFormat::Csv,
        ExportFormat::Parquet => TableFormat::Parquet,
    };
    let folder = tempfile::tempdir().context("no hay dónde escribir el archivo")?;
    let path = folder.path().join("lista");
    write_table(&table, format, &path)?;
    std::fs::read(&path).context("no se puede leer el archivo escrito")
}
