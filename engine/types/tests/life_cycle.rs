//! The order life-cycle: every pair of state and report is in this table, allowed or not.
#![expect(clippy::expect_used, reason = "a helper of tests may stop where something is not as it should be")]

use quantmesh_types::{
    Amount, CancelReason, Fill, Liquidity, Money, OrderStatus, Price, Qty, Refusal, RefusalRule,
    RejectReason, ReportKind, Side,
};

fn reports() -> [(&'static str, ReportKind); 6] {
    let fee = Amount { asset: "USDT".parse().expect("an asset"), money: Money::ZERO };
    let (price, qty) = (Price::from_ticks(1), Qty::from_lots(1));
    let fill = Fill { side: Side::Buy, price, qty, liquidity: Liquidity::Maker, fee, trade: 1 };
    [
        ("accepted", ReportKind::Accepted),
        ("filled", ReportKind::Filled(fill)),
        ("cancelled", ReportKind::Cancelled(CancelReason::Requested)),
        ("rejected", ReportKind::Rejected(RejectReason::WouldTake)),
        ("refused", ReportKind::Refused(Refusal { rule: RefusalRule::NoPrice, limit: 0, actual: 0 })),
        ("unknown", ReportKind::Unknown),
    ]
}

#[test]
fn every_pair_goes_where_the_table_says() {
    use OrderStatus::{Cancelled, Filled, PartlyFilled, Pending, Rejected, Unknown, Working};
    let no = None;
    // Columns: accepted, part fill, cancelled, rejected, refused, unknown. A whole fill ends in Filled where a part fill may be.
    let table = [
        (
            Pending,
            [
                Some(Working),
                Some(PartlyFilled),
                Some(Cancelled),
                Some(Rejected),
                Some(Rejected),
                Some(Unknown),
            ],
        ),
        (Working, [Some(Working), Some(PartlyFilled), Some(Cancelled), no, no, Some(Unknown)]),
        (PartlyFilled, [Some(PartlyFilled), Some(PartlyFilled), Some(Cancelled), no, no, Some(Unknown)]),
        (Filled, [no; 6]),
        (Cancelled, [no, Some(Cancelled), Some(Cancelled), no, no, no]),
        (Rejected, [no; 6]),
        (
            Unknown,
            [
                Some(Working),
                Some(PartlyFilled),
                Some(Cancelled),
                Some(Rejected),
                Some(Rejected),
                Some(Unknown),
            ],
        ),
    ];
    for (from, row) in table {
        for ((name, report), expected) in reports().into_iter().zip(row) {
            assert_eq!(from.after(&report, false).ok(), expected, "{from:?} + {name}");
            let whole = if name == "filled" { expected.map(|_| Filled) } else { expected };
            assert_eq!(from.after(&report, true).ok(), whole, "{from:?} + whole {name}");
        }
    }
}
