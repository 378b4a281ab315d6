//! Double-entry books: accounts, postings, and the rule that every transaction sums to zero in every asset.

use types::{Asset, InstrumentId, Money, Overflow};

/// What an amount stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What the owner put in (a source: its balance is negative).
    Capital,
    /// What is there to spend.
    Cash,
    /// What an open position cost.
    Position(InstrumentId),
    /// Profit realised (income: its balance is negative when there is profit).
    Realised,
    /// Fees paid.
    Fees,
    /// Funding paid, less funding received.
    Funding,
}

/// One line of a transaction: a positive amount flows into the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Under what.
    pub account: Account,
    /// Of which asset.
    pub asset: Asset,
    /// How much.
    pub amount: Money,
}

/// A transaction that does not sum to zero; nothing was booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a transaction in {asset} sums to {sum} and not to zero; this is a fault of the engine, please report it"
)]
pub struct Unbalanced {
    /// In which asset.
    pub asset: Asset,
    /// What is left over.
    pub sum: Money,
}

/// Why a transaction was not booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BookError {
    #[error(transparent)]
    Unbalanced(#[from] Unbalanced),
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// The balances of all accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    /// Sorted by account and asset; a run has a handful.
    balances: Vec<(Account, Asset, Money)>,
}

impl Books {
    /// Books without an entry.
    #[must_use]
    pub const fn new() -> Self {
        Self { balances: Vec::new() }
    }

    /// What stands under an account in one asset.
    #[must_use]
    pub fn balance(&self, account: Account, asset: Asset) -> Money {
        match self.find(account, asset) {
            Ok(at) => self.balances.get(at).map_or(Money::ZERO, |entry| entry.2),
            Err(_) => Money::ZERO,
        }
    }

    /// Every account with its balance.
    pub fn iter(&self) -> impl Iterator<Item = (Account, Asset, Money)> + '_ {
        self.balances.iter().copied()
    }

    /// The sum over all accounts in one asset: zero, whatever was booked.
    ///
    /// # Errors
    /// [`Overflow`] when the sum leaves the range.
    pub fn trial_balance(&self, asset: Asset) -> Result<Money, Overflow> {
        self.balances
            .iter()
            .filter(|entry| entry.1 == asset)
            .try_fold(Money::ZERO, |sum, entry| sum.plus(entry.2))
    }

    /// Books a transaction whole, or not at all.
    pub(crate) fn post(&mut self, transaction: &[Posting]) -> Result<(), BookError> {
        for posting in transaction {
            let asset = posting.asset;
            let sum = transaction
                .iter()
                .filter(|other| other.asset == asset)
                .try_fold(Money::ZERO, |sum, other| sum.plus(other.amount))?;
            if sum != Money::ZERO {
                return Err(Unbalanced { asset, sum }.into());
            }
            // Two postings may share an account, so room for the whole transaction is asked for, and not just for one.
            self.balance(posting.account, asset).plus(posting.amount)?.plus(posting.amount)?;
        }
        for posting in transaction {
            self.add(*posting)?;
        }
        Ok(())
    }

    fn add(&mut self, posting: Posting) -> Result<(), Overflow> {
        match self.find(posting.account, posting.asset) {
            Ok(at) => {
                if let Some(entry) = self.balances.get_mut(at) {
                    entry.2 = entry.2.plus(posting.amount)?;
                }
            }
            Err(at) => self.balances.insert(at, (posting.account, posting.asset, posting.amount)),
        }
        Ok(())
    }

    fn find(&self, account: Account, asset: Asset) -> Result<usize, usize> {
        self.balances.binary_search_by_key(&(account, asset), |entry| (entry.0, entry.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_that_does_not_sum_to_zero_is_refused_whole() -> Result<(), Box<dyn std::error::Error>> {
        let (usdt, bnb): (Asset, Asset) = ("USDT".parse()?, "BNB".parse()?);
        let post = |account, asset, units| Posting { account, asset, amount: Money::from_units(units) };
        let mut books = Books::new();
        books.post(&[post(Account::Capital, usdt, -10), post(Account::Cash, usdt, 10)])?;
        let lopsided =
            [post(Account::Cash, usdt, -3), post(Account::Fees, usdt, 3), post(Account::Fees, bnb, 1)];
        let refused = books.post(&lopsided);
        assert_eq!(refused, Err(BookError::Unbalanced(Unbalanced { asset: bnb, sum: Money::from_units(1) })));
        assert_eq!(books.balance(Account::Cash, usdt), Money::from_units(10));
        assert_eq!(books.trial_balance(usdt), Ok(Money::ZERO));
        Ok(())
    }
}
