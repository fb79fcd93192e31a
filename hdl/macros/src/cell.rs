//! `connect` of a cell: rust-hdl requires the list of signals that `update` drives.

use syn::visit::{Visit, visit_expr_assign};
use syn::{Error, Expr, ExprAssign, Ident, ImplItem, ItemImpl, Member, Result, parse_quote};

/// `fn connect` for the outputs that the functions of `item` assign to.
pub(crate) fn connect(item: &ItemImpl) -> Result<ImplItem> {
    let mut driven = Driven(vec![]);
    driven.visit_item_impl(item);
    let outputs = &driven.0;
    if outputs.is_empty() {
        return Err(Error::new_spanned(&item.self_ty, "`update` assigns to no `self.output.next`"));
    }
    Ok(parse_quote! {
        fn connect(&mut self) {
            #(self.#outputs.connect();)*
        }
    })
}

/// Each output of the assignments to `self.output.next`, once.
struct Driven(Vec<Ident>);

impl Visit<'_> for Driven {
    fn visit_expr_assign(&mut self, assignment: &ExprAssign) {
        if let Expr::Field(next) = assignment.left.as_ref()
            && let (Member::Named(next), Expr::Field(output)) = (&next.member, next.base.as_ref())
            && let Member::Named(output) = &output.member
            && next == "next"
            && !self.0.contains(output)
        {
            self.0.push(output.clone());
        }
        visit_expr_assign(self, assignment);
    }
}
