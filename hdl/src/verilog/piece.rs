//! Translated statements as assignments and combinational blocks, grouped by what they drive.

/// One statement, translated: lines of Verilog as they stand inside a procedural block.
pub(super) struct Line {
    pub(super) comments: Vec<String>,
    pub(super) targets: Vec<String>,
    pub(super) lines: Vec<String>,
    /// Target and value of an unconditional assignment of a whole signal, and whether the value is short.
    pub(super) assignment: Option<(String, String, bool)>,
}

/// Statements that belong together because they drive the same signals.
pub(super) struct Piece {
    pub(super) comments: Vec<String>,
    /// What is driven, in order of appearance.
    pub(super) targets: Vec<String>,
    /// The finished Verilog: an `assign` or an `always @(*)` block.
    pub(super) text: String,
    /// The value, if this is one assignment of something short.
    pub(super) simple: Option<String>,
    /// Whether the targets must be declared `reg`.
    pub(super) procedural: bool,
}

/// Joins the lines that share a target into one piece each, in order of first appearance.
pub(super) fn group(lines: Vec<Line>) -> Vec<Piece> {
    let mut groups: Vec<Vec<Line>> = vec![];
    for line in lines {
        let shares =
            |group: &Vec<Line>| group.iter().any(|other| other.targets.iter().any(|t| line.targets.contains(t)));
        let (mut sharing, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(shares);
        groups = apart;
        let mut merged: Vec<Line> = sharing.drain(..).flatten().collect();
        merged.push(line);
        groups.push(merged);
    }
    groups.into_iter().map(piece).collect()
}

fn piece(lines: Vec<Line>) -> Piece {
    if let [Line { comments, assignment: Some((target, value, short)), .. }] = lines.as_slice() {
        return Piece {
            comments: comments.clone(),
            targets: vec![target.clone()],
            text: format!("assign {target} = {value};"),
            simple: short.then(|| value.clone()),
            procedural: false,
        };
    }
    let mut targets: Vec<String> = vec![];
    let mut text = vec!["always @(*) begin".to_string()];
    for line in &lines {
        for target in &line.targets {
            if !targets.contains(target) {
                targets.push(target.clone());
            }
        }
        text.extend(line.comments.iter().map(|comment| format!("    // {comment}")));
        text.extend(line.lines.iter().map(|line| format!("    {line}")));
    }
    text.push("end".into());
    Piece { comments: vec![], targets, text: text.join("\n"), simple: None, procedural: true }
}
