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
    /// Paid to a venue's insurance fund at liquidations, less what it paid for us.
    Insurance,
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
    /// One page per asset that ever moved; a run has one or two.
    pages: Vec<Page>,
}

/// All accounts in one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    asset: Asset,
    capital: Money,
    cash: Money,
    realised: Money,
    fees: Money,
    funding: Money,
    insurance: Money,
    /// By instrument id.
    positions: Vec<Money>,
}

impl Books {
    /// Books without an entry.
    #[must_use]
    pub const fn new() -> Self {
        Self { pages: Vec::new() }
    }

    /// What stands under an account in one asset.
    #[must_use]
    pub fn balance(&self, account: Account, asset: Asset) -> Money {
        self.pages.iter().find(|page| page.asset == asset).map_or(Money::ZERO, |page| page.balance(account))
    }

    /// The sum over all accounts in one asset: zero, whatever was booked.
    ///
    /// # Errors
    /// [`Overflow`] when the sum leaves the range.
    pub fn trial_balance(&self, asset: Asset) -> Result<Money, Overflow> {
        let Some(page) = self.pages.iter().find(|page| page.asset == asset) else { return Ok(Money::ZERO) };
        let fixed = [page.capital, page.cash, page.realised, page.fees, page.funding, page.insurance];
        fixed.iter().chain(&page.positions).try_fold(Money::ZERO, |sum, balance| sum.plus(*balance))
    }

    /// Books a transaction whole, or not at all.
    pub(crate) fn post(&mut self, transaction: &[Posting]) -> Result<(), BookError> {
        for (at, posting) in transaction.iter().enumerate() {
            let asset = posting.asset;
            let seen = transaction.iter().take(at).any(|earlier| earlier.asset == asset);
            if seen {
                continue;
            }
            let mut own = transaction.iter().filter(|other| other.asset == asset);
            let sum = own.try_fold(Money::ZERO, |sum, other| sum.plus(other.amount))?;
            if sum != Money::ZERO {
                return Err(Unbalanced { asset, sum }.into());
            }
        }
        for (at, posting) in transaction.iter().enumerate() {
            let balance = self.page(posting.asset).account(posting.account);
            match balance.plus(posting.amount) {
                Ok(sum) => *balance = sum,
                Err(overflow) => {
                    self.take_back(transaction.get(..at).unwrap_or_default());
                    return Err(overflow.into());
                }
            }
        }
        Ok(())
    }

    /// Undoes postings that were just made; what was added can be taken off again.
    #[cold]
    fn take_back(&mut self, made: &[Posting]) {
        for posting in made {
            let balance = self.page(posting.asset).account(posting.account);
            *balance = balance.minus(posting.amount).unwrap_or(*balance);
        }
    }

    /// The page of an asset, opened where it is missing.
    #[expect(clippy::indexing_slicing, reason = "the place was found or filled one line above")]
    fn page(&mut self, asset: Asset) -> &mut Page {
        let at = self.pages.iter().position(|page| page.asset == asset).unwrap_or_else(|| {
            self.pages.push(Page::new(asset));
            self.pages.len() - 1
        });
        &mut self.pages[at]
    }
}

impl Page {
    const fn new(asset: Asset) -> Self {
        let zero = Money::ZERO;
        Self {
            asset,
            capital: zero,
            cash: zero,
            realised: zero,
            fees: zero,
            funding: zero,
            insurance: zero,
            positions: Vec::new(),
        }
    }

    fn balance(&self, account: Account) -> Money {
        match account {
            Account::Capital => self.capital,
            Account::Cash => self.cash,
            Account::Realised => self.realised,
            Account::Fees => self.fees,
            Account::Funding => self.funding,
            Account::Insurance => self.insurance,
            Account::Position(id) => self.positions.get(id.index()).copied().unwrap_or(Money::ZERO),
        }
    }

    #[expect(clippy::indexing_slicing, reason = "the list was made long enough one line above")]
    fn account(&mut self, account: Account) -> &mut Money {
        match account {
            Account::Capital => &mut self.capital,
            Account::Cash => &mut self.cash,
            Account::Realised => &mut self.realised,
            Account::Fees => &mut self.fees,
            Account::Funding => &mut self.funding,
            Account::Insurance => &mut self.insurance,
            Account::Position(id) => {
                if self.positions.len() <= id.index() {
                    self.positions.resize(id.index() + 1, Money::ZERO);
                }
                &mut self.positions[id.index()]
            }
        }
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
