//! The one binary, `klk`: command line, settings, HTTP layers, wiring. The only place that knows everything.

mod accept;
mod cli;
mod clock;
mod database;
mod demo;
mod export;
mod failure;
mod host;
mod http;
mod listing;
mod log_filter;
mod logging;
mod output;
mod password;
mod runtime;
mod serve;
mod settings;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::CommandLine;

/// Drawing a page allocates thousands of small strings, which took half of its time with the allocator of glibc.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = match CommandLine::try_parse() {
        Ok(command) => command,
        Err(error) => return refuse(&error),
    };
    match command.run() {
        Ok(_) if output::is_answer_lost() => {
            output::remark("error: no se pudo escribir toda la salida: revise el espacio en el disco");
            ExitCode::from(failure::UNEXPECTED)
        }
        Ok(outcome) => outcome.exit_code(),
        Err(failure) => {
            output::remark(&format!("error: {failure}"));
            failure.exit_code()
        }
    }
}

/// Says what is wrong with the command, or prints the help or the version that it asks for.
fn refuse(error: &clap::Error) -> ExitCode {
    if let Some(sentence) = cli::refusal::sentence(error) {
        output::remark(&format!("error: {sentence}"));
        return ExitCode::from(failure::USAGE);
    }
    // Whoever closed the pipe wants no more of it.
    drop(error.print());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::USAGE))
}
