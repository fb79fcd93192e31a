//! Folding, naming, checks and the text itself, on circuits made for the purpose and on real ones.

use super::{Design, EmitError, generate};
use crate::array::{ProcessingElement, SystolicArray4};
use crate::cells::*;
use crate::units::{DyadicScaler, SqrtNewton};
use rust_hdl::core::prelude::*;

/// Two delays of one width and one of another, in parallel.
#[derive(LogicBlock, Default)]
struct Delays {
    clock: Signal<In, Clock>,
    x: [Signal<In, Bits<8>>; 2],
    y: Signal<In, Bits<3>>,
    x_late: [Signal<Out, Bits<8>>; 2],
    y_late: Signal<Out, Bits<3>>,
    narrow: [Delay<Bits<8>, 1>; 2],
    wide: Delay<Bits<3>, 1>,
}

impl Logic for Delays {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("delays: three registers of two widths.");
        for i in 0..2 {
            self.narrow[i].clock.next = self.clock.val();
            self.narrow[i].d.next = self.x[i].val();
            self.x_late[i].next = self.narrow[i].q.val();
        }
        self.wide.clock.next = self.clock.val();
        self.wide.d.next = self.y.val();
        self.y_late.next = self.wide.q.val();
    }
}

fn names(design: &Design) -> Vec<&str> {
    design.modules.iter().map(|module| module.name.as_str()).collect()
}

#[test]
fn equal_modules_fold_into_one_and_the_top_is_last() {
    let design = generate(&Delays::default(), "delays").unwrap();
    assert_eq!(names(&design), ["delay_8x1", "delay_3x1", "delays"]);
    assert_eq!(design.file_list(), "delay_8x1.v\ndelay_3x1.v\ndelays.v\n");
    let top = &design.modules[2].text;
    assert!(
        top.contains("delay_8x1 narrow_0 (")
            && top.contains("delay_8x1 narrow_1 (")
            && top.contains("delay_3x1 wide (")
    );
}

#[test]
fn signals_are_found_along_instances_and_states_have_names() {
    let design = generate(&Delays::default(), "delays").unwrap();
    let width = |path: &str| design.signal(path).map(|signal| signal.width);
    assert_eq!([width("x_1"), width("narrow_1_q"), width("narrow_1.q"), width("wide.d")], [8, 8, 8, 3].map(Some));
    assert_eq!([width("narrow_2.q"), width("narrow_1.x"), width("narrow_1"), width("")], [None; 4]);
    assert!(design.enumerations().is_empty());
    let root = generate(&SqrtNewton::default(), "root").unwrap();
    let states = root.enumerations();
    let (path, state) = states.iter().find(|(path, _)| path.ends_with("_q")).unwrap();
    assert_eq!(root.signal(path), Some(*state));
    assert_eq!(state.labels, ["Idle", "Start", "Divide", "Update", "Done"].map(|name| format!("Newton::{name}")));
    assert_eq!(state.width, 3);
}

#[test]
fn sixteen_processing_elements_are_one_module() {
    let design = generate(&SystolicArray4::default(), "systolic_array_n4").unwrap();
    let named = |name: &str| names(&design).iter().filter(|other| **other == name).count();
    assert_eq!((named("processing_element"), named("array_row_n4"), named("systolic_array_n4")), (1, 1, 1));
    let mut sorted = names(&design);
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), design.modules.len());
}

#[test]
fn no_path_separator_of_rust_hdl_remains() {
    let text = generate(&SystolicArray4::default(), "systolic_array_n4").unwrap().text();
    assert!(!text.replace("$signed(", "").replace("$unsigned(", "").contains('$'));
}

/// One generic type in two widths, with one title.
#[derive(LogicBlock, Default)]
struct Inverter<const W: usize> {
    x: Signal<In, Bits<W>>,
    inverted: Signal<Out, Bits<W>>,
}

impl<const W: usize> Logic for Inverter<W> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("inverter: every bit inverted.");
        self.inverted.next = !self.x.val();
    }
}

#[derive(LogicBlock, Default)]
struct Inverters {
    x: Signal<In, Bits<8>>,
    y: Signal<Out, Bits<8>>,
    low: Signal<Out, Bits<4>>,
    byte: Inverter<8>,
    nibble: Inverter<4>,
}

impl Logic for Inverters {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("inverters: a byte and its low nibble inverted.");
        self.byte.x.next = self.x.val();
        self.nibble.x.next = self.x.val().get_bits::<4>(0);
        self.y.next = self.byte.inverted.val();
        self.low.next = self.nibble.inverted.val();
    }
}

#[test]
fn variants_of_one_type_are_told_apart_by_a_port_width() {
    let design = generate(&Inverters::default(), "inverters").unwrap();
    assert_eq!(names(&design), ["inverter_8", "inverter_4", "inverters"]);
}

/// Two types of one title and one interface.
#[derive(LogicBlock, Default)]
struct Impostor {
    x: Signal<In, Bits<8>>,
    inverted: Signal<Out, Bits<8>>,
}

impl Logic for Impostor {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("inverter: every bit inverted.");
        self.inverted.next = self.x.val();
    }
}

#[derive(LogicBlock, Default)]
struct Confusion {
    x: Signal<In, Bits<8>>,
    y: Signal<Out, Bits<8>>,
    one: Inverter<8>,
    two: Impostor,
}

impl Logic for Confusion {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("confusion: two types of one title.");
        self.one.x.next = self.x.val();
        self.two.x.next = self.one.inverted.val();
        self.y.next = self.two.inverted.val();
    }
}

#[test]
fn different_modules_of_one_name_and_one_interface_are_an_error() {
    let error = generate(&Confusion::default(), "confusion").unwrap_err();
    let (name, first, second) = ("inverter".into(), "confusion.one".into(), "confusion.two".into());
    assert_eq!(error, EmitError::AmbiguousName { name, first, second });
}

#[derive(LogicBlock, Default)]
struct Untitled {
    x: Signal<In, Bit>,
    y: Signal<Out, Bit>,
}

impl Logic for Untitled {
    #[hdl_gen]
    fn update(&mut self) {
        self.y.next = self.x.val();
    }
}

#[derive(LogicBlock, Default)]
struct BadName {
    x: Signal<In, Bit>,
    y: Signal<Out, Bit>,
}

impl Logic for BadName {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("Bad Name: upper case.");
        self.y.next = self.x.val();
    }
}

#[derive(LogicBlock, Default)]
struct BadWidth {
    x: Signal<In, Bit>,
    y: Signal<Out, Bit>,
}

impl Logic for BadWidth {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("bad_width_{z}: names a port that is not there.");
        self.y.next = self.x.val();
    }
}

#[derive(LogicBlock, Default)]
struct Silent {
    x: Signal<In, Bit>,
    y: Signal<Out, Bit>,
    z: Signal<Out, Bit>,
}

impl Logic for Silent {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("silent: forgets an output.");
        self.y.next = self.x.val();
    }
}

#[derive(LogicBlock, Default)]
struct Starved {
    y: Signal<Out, Bits<8>>,
    inverter: Inverter<8>,
}

impl Logic for Starved {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("starved: forgets an instance's input.");
        self.y.next = self.inverter.inverted.val();
    }
}

#[derive(LogicBlock, Default)]
struct Backwards {
    x: Signal<In, Bit>,
    y: Signal<Out, Bit>,
}

impl Logic for Backwards {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("backwards: drives its input.");
        self.x.next = self.y.val();
        self.y.next = self.x.val();
    }
}

#[derive(LogicBlock, Default)]
struct Clash {
    x: Signal<In, Bits<8>>,
    inverter: Inverter<8>,
    inverter_x: Signal<Out, Bits<8>>,
}

impl Logic for Clash {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("clash: a field named as an instance's port.");
        self.inverter.x.next = self.x.val();
        self.inverter_x.next = self.inverter.inverted.val();
    }
}

#[derive(LogicBlock, Default)]
struct KeywordCell {
    wait: Signal<Out, Bit>,
}

impl Logic for KeywordCell {
    fn update(&mut self) {
        self.wait.next = true;
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom("// keyword_cell: a port named as a keyword.\nassign wait = 1'b1;".into())
    }
}

#[derive(LogicBlock, Default)]
struct Keyword {
    y: Signal<Out, Bit>,
    inner: KeywordCell,
}

impl Logic for Keyword {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("keyword: uses a cell whose port is named as a keyword.");
        self.y.next = self.inner.wait.val();
    }
}

#[derive(LogicBlock, Default)]
struct Overreach {
    x: Signal<In, Bits<8>>,
    y: Signal<Out, Bits<8>>,
}

impl Logic for Overreach {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("overreach: slices beyond the end.");
        self.y.next = self.x.val().get_bits::<8>(1);
    }
}

#[derive(LogicBlock, Default)]
struct Product {
    x: Signal<In, Bits<16>>,
    y: Signal<Out, Bits<32>>,
}

impl Logic for Product {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("product: multiplies without the cell.");
        self.y.next = self.x.val() * self.x.val();
    }
}

#[test]
fn faults_are_errors_that_name_the_place_and_the_way_out() {
    fn error<U: Block + Default>() -> String {
        generate(&U::default(), "top").unwrap_err().to_string()
    }
    for (error, expected) in [
        (error::<Untitled>(), "top: no title; start `update` with comment!"),
        (error::<BadName>(), "top: title `Bad Name: upper case.`: the name must be a lower-case identifier"),
        (error::<BadWidth>(), "a `{…}` is not an expression of port widths"),
        (error::<Silent>(), "top: nothing drives `z`"),
        (error::<Starved>(), "top: nothing drives `inverter_x`"),
        (error::<Backwards>(), "top: `x` is driven from outside and cannot be assigned"),
        (error::<Clash>(), "top: the name `inverter_x` is taken"),
        (error::<Keyword>(), "top.inner: the name `wait` is taken or is a Verilog keyword"),
        (error::<Overreach>(), "top: `x[1 +: 8]` reaches beyond the 8 bits of the signal"),
        (error::<Product>(), "top: `*` is not supported; use the Multiplier cell"),
    ] {
        assert!(error.contains(expected), "{error}\ndoes not contain\n{expected}");
    }
}

/// Every construct that needs care with widths or signs.
#[derive(LogicBlock, Default)]
struct Expressions {
    a: Signal<In, Bits<8>>,
    b: Signal<In, Bits<8>>,
    s: Signal<In, Signed<8>>,
    select: Signal<In, Bits<2>>,
    sum: Signal<Out, Bits<8>>,
    wide: Signal<Out, Bits<12>>,
    narrow: Signal<Out, Bits<4>>,
    flags: Signal<Out, Bit>,
    negative: Signal<Out, Bit>,
    part: Signal<Out, Signed<4>>,
    low_part: Signal<Out, Signed<4>>,
    narrow_cell: Truncate<8, 4>,
    masked: Signal<Out, Bits<8>>,
    chosen: Signal<Out, Bits<8>>,
    shifted: Signal<Out, Bits<8>>,
}

impl Logic for Expressions {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("expressions: what rust-hdl can say.");
        self.sum.next = self.a.val() + self.b.val() + 1;
        self.wide.next = bit_cast::<12, 8>(self.a.val());
        self.narrow.next = bit_cast::<4, 8>(self.a.val());
        self.flags.next = (self.a.val() == self.b.val()) | self.b.val().any() & !self.a.val().all();
        self.negative.next = self.s.val() < signed_cast(self.a.val());
        self.part.next = self.s.val().get_bits::<4>(2);
        comment!("A cast is not written into a port connection.");
        self.narrow_cell.value.next = signed_cast(self.a.val());
        self.low_part.next = self.narrow_cell.truncated.val();
        self.masked.next = (self.a.val() & (self.b.val() | 0xf0)) ^ (self.a.val() - self.b.val());
        comment!("A default, then an exception.");
        self.chosen.next = bits::<8>(7);
        if self.flags.val() {
            self.chosen.next = self.a.val();
        } else if self.negative.val() {
            match self.select.val().index() {
                0 => self.chosen.next = self.b.val(),
                _ => self.chosen.next = !self.b.val(),
            }
        }
        self.shifted.next = (self.a.val() << 3) | (self.b.val() >> self.select.val());
    }
}

#[test]
fn verilog_of_small_modules_is_as_reviewed() {
    let text = |design: Design| design.modules.last().unwrap().text.clone();
    insta::assert_snapshot!("expressions", text(generate(&Expressions::default(), "expressions").unwrap()));
    insta::assert_snapshot!("delays", text(generate(&Delays::default(), "delays").unwrap()));
    let element = generate(&ProcessingElement::default(), "processing_element").unwrap();
    insta::assert_snapshot!("processing_element", text(element));
    let scaler = generate(&DyadicScaler::<24, 64>::default(), "dyadic_scaler_24to64").unwrap();
    insta::assert_snapshot!("dyadic_scaler", text(scaler));
}

#[test]
fn verilog_of_cells_is_as_reviewed() {
    fn cell<U: Block + Default>(text: &mut String) {
        let design = generate(&U::default(), "cell").unwrap();
        let module = design.modules[0].text.split_once("module").unwrap().1;
        text.push_str(&format!("module{}\n", module.split("\n\n`default").next().unwrap()));
    }
    let mut text = String::new();
    cell::<Register<Bits<8>>>(&mut text);
    cell::<EnableRegister<Bits<8>>>(&mut text);
    cell::<Delay<Bits<8>, 1>>(&mut text);
    cell::<Delay<Bits<8>, 3>>(&mut text);
    cell::<EnableDelay<Bits<8>, 1>>(&mut text);
    cell::<EnableDelay<Bits<8>, 3>>(&mut text);
    cell::<ValidDelay<1>>(&mut text);
    cell::<ValidDelay<3>>(&mut text);
    cell::<ShiftRegister<4>>(&mut text);
    cell::<Multiplier<9, 8, 17>>(&mut text);
    cell::<PipelinedMultiplier<9, 8, 17>>(&mut text);
    cell::<PipelinedMultiplier<40, 33, 73>>(&mut text);
    cell::<Accumulator<6, 8>>(&mut text);
    cell::<DivideStep<9, 5>>(&mut text);
    cell::<NewtonStart>(&mut text);
    cell::<RootStep>(&mut text);
    cell::<ShiftRight<16, 4>>(&mut text);
    cell::<LowMask<16, 4>>(&mut text);
    cell::<LowestKept<16>>(&mut text);
    cell::<SignExtend<4, 8>>(&mut text);
    cell::<ZeroExtend<8, 9>>(&mut text);
    cell::<Truncate<8, 4>>(&mut text);
    cell::<Saturate<16, 8>>(&mut text);
    cell::<Clamp<16, 8>>(&mut text);
    cell::<Concatenate<3, 4, 12>>(&mut text);
    cell::<OneHotRegister<3, 4>>(&mut text);
    cell::<Skew<3, 4, 12>>(&mut text);
    cell::<Deskew<3, 4, 12>>(&mut text);
    cell::<Ram<Bits<8>, 4>>(&mut text);
    insta::assert_snapshot!("cells", text);
}

#[test]
fn files_are_written_with_their_list() {
    let folder = std::env::temp_dir().join(format!("ibert-hdl-verilog-{}", std::process::id()));
    let design = generate(&Delays::default(), "delays").unwrap();
    let written = design.write(&folder).unwrap();
    let names: Vec<_> = written.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["delay_8x1.v", "delay_3x1.v", "delays.v", "delays.f"]);
    assert_eq!(std::fs::read_to_string(folder.join("delays.v")).unwrap(), design.modules[2].text);
    std::fs::remove_dir_all(&folder).unwrap();
}
