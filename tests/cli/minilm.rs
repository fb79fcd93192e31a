//! Post-training quantization of MiniLM against the goal.

use ibert::fetch::{self, MINILM};
use ibert_quantize::checkpoint::Checkpoint;
use ibert_quantize::{CALIBRATION, Evaluation, Recipe, Silent, evaluate, quantize, reference, tokenize};

/// all-MiniLM-L6-v2 calibrated with the built-in texts, on sentences and on passages of about 256 tokens that it was
/// not calibrated with.
#[test]
fn minilm_reaches_the_goal() {
    let folder = fetch::fetch(&MINILM, |_| {}).expect("MiniLM, which needs a network the first time").path;
    let checkpoint = Checkpoint::open(&folder).unwrap();
    let tokenizer = checkpoint.tokenizer().unwrap();
    let tokens = |texts: &str| tokenize(&tokenizer, &texts.lines().collect::<Vec<_>>()).unwrap();
    let (model, report) = quantize(&checkpoint, &tokens(CALIBRATION), &Recipe::default(), &mut Silent).unwrap();
    let original = reference::FloatEncoder::new(checkpoint.config.clone(), &checkpoint.weights().unwrap());
    let evaluated = |texts: &str| evaluate(&model, &original, &tokens(texts)).unwrap();

    let Evaluation { mean, min, texts } = evaluated(include_str!("../../quantize/data/evaluation.txt"));
    assert!(texts.len() >= 60 && mean >= 0.9965 && min >= 0.98, "sentences: mean {mean}, min {min}");
    assert_eq!(texts.iter().map(|text| text.saturated_variances).sum::<usize>(), 0);
    let Evaluation { mean, min, texts } = evaluated(include_str!("../../quantize/data/passages.txt"));
    assert!(texts.iter().all(|text| text.tokens > 230), "passages are long");
    assert!(mean >= 0.965 && min >= 0.94, "passages: mean {mean}, min {min}");

    assert_eq!(report.layers.len(), 7);
    assert!(report.widths["attention.norm_input"] <= 18, "{:?}", report.widths);
    let overlap = include_str!("../../quantize/data/evaluation.txt").lines().find(|text| CALIBRATION.contains(text));
    assert_eq!(overlap, None, "evaluated on texts that it was not calibrated with");
}
