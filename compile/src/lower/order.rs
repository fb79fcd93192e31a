//! Order of the pieces of a layer. It keeps the array busy while the vector engine computes a softmax or a LayerNorm.

use std::ops::Range;

/// A projection of the layer's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Projected {
    Query,
    Key,
    Value,
}

/// A step of attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AttentionStep {
    /// N channels of a projection, starting at channel `tile·N`, for some token tiles. Only scores and contexts come
    /// between the pieces of one projection.
    Project { head: usize, role: Projected, tile: usize, tokens: Range<usize> },
    /// Scores of a token tile with all token tiles, and their softmax.
    Scores { head: usize, tile: usize },
    /// Context of a token tile.
    Context { head: usize, tile: usize },
}

/// Sizes of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heads {
    pub(super) heads: usize,
    /// Channels of a head, in multiples of N.
    pub(super) tiles: usize,
    pub(super) token_tiles: usize,
    /// Capacity for probabilities, in token tiles.
    pub(super) probabilities: usize,
    /// Token tiles whose scores overlap with the projection of the head's values; the remaining scores overlap with the
    /// next head's queries and keys. In the last head, all scores that fit overlap with the values.
    pub(super) early: usize,
    /// Token tiles per piece of a projection. Scores and contexts may be placed between pieces.
    pub(super) piece: usize,
}

/// Order of attention. The scores of a head overlap with the projection of its values, and its contexts overlap with
/// the projections of the next head's queries and keys. The first head's projections process `parts` of the tokens one
/// after the other, because the LayerNorm of later parts may still be running.
pub(super) fn attention(sizes: Heads, parts: &[Range<usize>]) -> Vec<AttentionStep> {
    let Heads { heads, tiles, token_tiles, probabilities, early, piece } = sizes;
    let project = |head: usize, role: Projected, tokens: Range<usize>| {
        (head * tiles..(head + 1) * tiles).flat_map(move |tile| {
            chunks(tokens.clone(), piece).map(move |tokens| AttentionStep::Project { head, role, tile, tokens })
        })
    };
    let queries_and_keys = |head: usize, tokens: &Range<usize>| {
        project(head, Projected::Query, tokens.clone()).chain(project(head, Projected::Key, tokens.clone()))
    };
    let mut order = Vec::new();
    let mut values = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        order.extend(queries_and_keys(0, part));
        values = project(0, Projected::Value, part.clone()).collect();
        if index + 1 < parts.len() {
            order.append(&mut values);
        }
    }
    let most = probabilities.min(token_tiles);
    let all = 0..token_tiles;
    for head in 0..heads {
        let early = if head + 1 < heads { early.clamp(1, most) } else { most };
        let scores = (0..early).map(|tile| AttentionStep::Scores { head, tile }).collect();
        merge(&mut order, scores, values);
        let contexts = all.clone().flat_map(|tile| {
            let later = (tile + early < token_tiles).then_some(AttentionStep::Scores { head, tile: tile + early });
            [Some(AttentionStep::Context { head, tile }), later].into_iter().flatten()
        });
        let next = (head + 1 < heads).then(|| queries_and_keys(head + 1, &all));
        merge(&mut order, contexts.collect(), next.into_iter().flatten().collect());
        values = if head + 1 < heads { project(head + 1, Projected::Value, all.clone()).collect() } else { Vec::new() };
    }
    order
}

/// Appends both lists, each in its order, with `short` spread evenly among `long`. A step of `long` comes first,
/// because the first step of `short` depends on earlier results.
fn merge(order: &mut Vec<AttentionStep>, short: Vec<AttentionStep>, long: Vec<AttentionStep>) {
    let (count, total) = (short.len().max(1), long.len());
    let mut long = long.into_iter();
    for (index, work) in short.into_iter().enumerate() {
        let taken = total - long.len();
        order.extend(long.by_ref().take(((index + 1) * total).div_ceil(count) - taken));
        order.push(work);
    }
    order.extend(long);
}

/// A step of a linear layer whose result passes through a LayerNorm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JoinStep {
    /// N output channels of some token tiles.
    Tile { tile: usize, tokens: Range<usize> },
    /// LayerNorm of some token tiles whose channels are all computed.
    Norm { tokens: Range<usize> },
}

/// Order of `tiles` tiles of N output channels for all `parts` of a batch. The last `split` tiles are computed part by
/// part, so that the LayerNorm of a part overlaps with the products of the next part.
pub(super) fn join(tiles: usize, parts: &[Range<usize>], split: usize) -> Vec<JoinStep> {
    let split = if parts.len() == 1 { tiles } else { split.min(tiles) };
    let all = whole(parts);
    let mut order: Vec<JoinStep> =
        (0..tiles - split).map(|tile| JoinStep::Tile { tile, tokens: all.clone() }).collect();
    for tokens in parts {
        order.extend((tiles - split..tiles).map(|tile| JoinStep::Tile { tile, tokens: tokens.clone() }));
        order.push(JoinStep::Norm { tokens: tokens.clone() });
    }
    order
}

/// Order of `tiles` tiles of N output channels for all `parts` of a batch. The first `split` tiles are computed part by
/// part, because the LayerNorm of a later part may still be running.
pub(super) fn expand(tiles: usize, parts: &[Range<usize>], split: usize) -> Vec<(usize, Range<usize>)> {
    let split = if parts.len() == 1 { 0 } else { split.min(tiles) };
    let all = whole(parts);
    let first = parts.iter().flat_map(|tokens| (0..split).map(move |tile| (tile, tokens.clone())));
    first.chain((split..tiles).map(|tile| (tile, all.clone()))).collect()
}

fn whole(parts: &[Range<usize>]) -> Range<usize> {
    let (first, last) = (parts.first(), parts.last());
    first.map_or(0, |part| part.start)..last.map_or(0, |part| part.end)
}

/// Splits `range` into pieces of `size`; the last piece may be shorter.
pub(super) fn chunks(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(size).map(move |start| start..(start + size).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Heads = Heads { heads: 3, tiles: 2, token_tiles: 5, probabilities: 2, early: 2, piece: 9 };

    fn at(order: &[AttentionStep], work: &AttentionStep) -> usize {
        order.iter().position(|other| other == work).unwrap()
    }

    #[test]
    fn everything_comes_once_and_after_what_it_needs() {
        for probabilities in [1, 2, 4, 5, 9] {
            for cuts in [vec![0, 5], vec![0, 3, 5], vec![0, 1, 2, 5]] {
                let parts: Vec<Range<usize>> = cuts.windows(2).map(|cut| cut[0]..cut[1]).collect();
                let sizes = Heads { probabilities, early: 1 + probabilities / 2, ..SIZES };
                let order = attention(sizes, &parts);
                assert_eq!(order.len(), 6 * parts.len() + 2 * 6 + 2 * 3 * 5);
                for head in 0..3 {
                    let last_of = |role| {
                        order.iter().rposition(|work| {
                            matches!(work, AttentionStep::Project { head: h, role: r, .. }
                                if (*h, *r) == (head, role))
                        })
                    };
                    let (query, key, value) = (
                        last_of(Projected::Query).unwrap(),
                        last_of(Projected::Key).unwrap(),
                        last_of(Projected::Value).unwrap(),
                    );
                    for tile in 0..5 {
                        let scores = at(&order, &AttentionStep::Scores { head, tile });
                        let context = at(&order, &AttentionStep::Context { head, tile });
                        assert!(scores > query && scores > key && context > scores && context > value);
                        // The context that reads the buffer's previous probabilities comes before.
                        if tile >= probabilities {
                            assert!(scores > at(&order, &AttentionStep::Context { head, tile: tile - probabilities }));
                        } else if head > 0 {
                            assert!(scores > at(&order, &AttentionStep::Context { head: head - 1, tile: 4 }));
                        }
                    }
                    // Queries and keys of the head after next reuse this head's buffers.
                    if head + 2 < 3 {
                        let next = order
                            .iter()
                            .position(|work| matches!(work, AttentionStep::Project { head: h, .. } if *h == head + 2));
                        assert!(next.unwrap() > at(&order, &AttentionStep::Scores { head, tile: 4 }));
                    }
                }
            }
        }
    }

    #[test]
    fn a_head_hides_its_softmax() {
        let part = [Range { start: 0, end: 2 }];
        let order =
            attention(Heads { heads: 1, tiles: 4, token_tiles: 2, probabilities: 2, early: 1, piece: 2 }, &part);
        let names: Vec<String> = order
            .iter()
            .map(|work| match work {
                AttentionStep::Project { role, tile, .. } => format!("{role:?} {tile}"),
                AttentionStep::Scores { tile, .. } => format!("scores {tile}"),
                AttentionStep::Context { tile, .. } => format!("context {tile}"),
            })
            .collect();
        insta::assert_snapshot!(
            names[8..].join(", "),
            @"Value 0, Value 1, scores 0, Value 2, Value 3, scores 1, context 0, context 1"
        );
    }

    #[test]
    fn layernorms_follow_their_part() {
        let (a, b) = (0..2, 2..3);
        let tile = |tile, tokens: &Range<usize>| JoinStep::Tile { tile, tokens: tokens.clone() };
        let norm = |tokens: &Range<usize>| JoinStep::Norm { tokens: tokens.clone() };
        let parts = [a.clone(), b.clone()];
        let expected = vec![tile(0, &(0..3)), tile(1, &a), tile(2, &a), norm(&a), tile(1, &b), tile(2, &b), norm(&b)];
        assert_eq!(join(3, &parts, 2), expected);
        assert_eq!(join(2, &parts, 9).len(), 6);
        assert_eq!(join(2, &parts[..1], 0), vec![tile(0, &a), tile(1, &a), norm(&a)]);
        assert_eq!(expand(3, &parts, 1), vec![(0, a.clone()), (0, b), (1, 0..3), (2, 0..3)]);
        assert_eq!(expand(2, &parts[..1], 1), vec![(0, a.clone()), (1, a)]);
    }
}
