//! The text of one module: header comment, ports, declarations, instances, logic.

use super::body::declaration;
use super::circuit::Role;
use super::fold::{Folded, Port};
use std::fmt::Write;

const COLUMNS: usize = 110;

/// The file of a module, given its name and the names of all modules.
pub(super) fn module(module: &Folded, name: &str, names: &[String]) -> String {
    let mut text = String::from("// SPDX-License-Identifier: MIT OR Apache-2.0\n//\n");
    text += &comment(&format!("{name}: {}", module.title.purpose));
    text.push_str("//\n// Generated from rust-hdl by ibert. Change the Rust source, not this file.\n\n");
    text.push_str("`default_nettype none\n\n");
    let ports: Vec<String> = module.ports.iter().map(|p| port(p, module.body.registers.contains(&p.name))).collect();
    let _ = write!(text, "module {name} (\n    {}\n);\n", ports.join(",\n    "));

    let mut paragraphs = vec![];
    if !module.body.declarations.is_empty() {
        paragraphs.push(module.body.declarations.join("\n"));
    }
    for instance in &module.body.instances {
        let mut paragraph: Vec<String> = instance.comments.iter().map(|comment| format!("// {comment}")).collect();
        let connections: Vec<String> =
            instance.connections.iter().map(|(port, wire)| format!("    .{port}({wire})")).collect();
        paragraph.push(format!("{} {} (", names[instance.module], instance.name));
        paragraph.push(connections.join(",\n"));
        paragraph.push(");".into());
        paragraphs.push(paragraph.join("\n"));
    }
    let mut assigns: Vec<String> = vec![];
    for logic in &module.body.logic {
        // One-line assignments stand together; blocks and commented ones are paragraphs.
        if logic.contains('\n') {
            if !assigns.is_empty() {
                paragraphs.push(std::mem::take(&mut assigns).join("\n"));
            }
            paragraphs.push(logic.clone());
        } else {
            assigns.push(logic.clone());
        }
    }
    if !assigns.is_empty() {
        paragraphs.push(assigns.join("\n"));
    }
    for paragraph in paragraphs {
        text.push('\n');
        for line in paragraph.lines() {
            let _ = if line.is_empty() { writeln!(text) } else { writeln!(text, "    {line}") };
        }
    }
    text.push_str("\nendmodule\n\n`default_nettype wire\n");
    text
}

fn port(port: &Port, register: bool) -> String {
    let kind = match (port.role, register) {
        (Role::Output, true) => "output reg ",
        (Role::Output, false) => "output wire",
        (Role::InOut, _) => "inout  wire",
        _ => "input  wire",
    };
    format!("{}{}", declaration(kind, port.width, port.signed), port.name)
}

/// A paragraph as lines of comment.
pub(super) fn comment(paragraph: &str) -> String {
    wrap(paragraph, COLUMNS - 3).iter().map(|line| format!("// {line}\n")).collect()
}

/// Breaks a text into lines of at most `columns` characters.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= columns {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_string());
        }
    }
    lines
}
