//! Coins: double entry that nobody unbalances.

use crate::trial::rules;

rules! {
    the_postings_of_a_transfer_sum_to_zero: "postings_sum_zero" Rights {
        accepted: ["insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
            insert into postings (transfer_id, account_id, amount, balance_after)
            values (900, treasury(), -5, null), (900, purse_of({ben}), 5, 1005);
            update accounts set balance = balance + 5 where user_id = {ben}"],
        refused: [
            "insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
             insert into postings (transfer_id, account_id, amount, balance_after) values (900, purse_of({ben}), 5, 1005)",
            "insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
             insert into postings (transfer_id, account_id, amount, balance_after)
             values (900, treasury(), -4, null), (900, purse_of({ben}), 5, 1005)",
            "insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
             insert into postings (transfer_id, account_id, amount, balance_after) values (900, treasury(), -5, null);
             insert into postings (transfer_id, account_id, amount, balance_after) values (900, purse_of({ben}), 5, 1005)",
        ],
    }
    a_posting_continues_the_balance_of_its_account: "postings_balance_chain" Rights {
        accepted: ["insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
            insert into postings (transfer_id, account_id, amount, balance_after)
            values (900, treasury(), -5, null), (900, purse_of({dan}), 5, 10);
            update accounts set balance = 10 where user_id = {dan}"],
        refused: [
            "insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
             insert into postings (transfer_id, account_id, amount, balance_after)
             values (900, treasury(), -5, null), (900, purse_of({dan}), 5, 11)",
            "insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
             insert into postings (transfer_id, account_id, amount, balance_after)
             values (900, treasury(), -5, null), (900, purse_of({dan}), 5, null)",
            "insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
             insert into postings (transfer_id, account_id, amount, balance_after)
             values (900, treasury(), -5, 0), (900, purse_of({dan}), 5, 10)",
        ],
    }
    no_purse_and_no_escrow_is_overdrawn: "postings_balance_after_check" Everyone {
        accepted: ["select world.pay('store_horse:x', purse_of({dan}), sink(), 5)"],
        refused: [
            "select world.pay('store_horse:x', purse_of({dan}), sink(), 6)",
            "select world.pay('prize:x', escrow_of({show}), purse_of({dan}), 111)",
            "select world.pay('store_horse:x', purse_of({dan}), sink(), 5), world.pay('store_horse:y', purse_of({dan}), sink(), 1)",
            "select world.pay('store_horse:x', purse_of({dan}), sink(), 9223372036854775807)",
        ],
    }
    a_transfer_has_postings: "transfers_have_postings" Rights {
        accepted: ["select world.pay('stipend:x', treasury(), purse_of({ann}), 1)"],
        refused: ["insert into transfers (key, cause, at) values ('stipend:x', 'stipend', {now})"],
    }
    a_balance_changes_by_postings_only: "accounts_balance_is_posted" Rights {
        accepted: ["update accounts set balance = balance where user_id = {ann}"],
        refused: [
            "update accounts set balance = balance + 1 where user_id = {ann}",
            "update accounts set balance = balance - 1 where show_id = {show}",
            "update accounts set balance = 0 where user_id = {dan}",
        ],
    }
    a_players_money_is_the_balance_of_the_purse: "users_money_is_purse" Rights {
        accepted: ["update users set money = money where id = {ann}"],
        refused: ["update users set money = money + 1 where id = {ann}", "update users set money = 0 where id = {ann}"],
    }
    a_balance_is_never_negative: "accounts_balance_check" Rights {
        accepted: ["update accounts set balance = balance where user_id = {dan}"],
        refused: ["update accounts set balance = -1 where user_id = {dan}"],
    }
    a_payment_happens_once: "transfers_key_key" Everyone {
        accepted: ["select world.pay('stipend:x', treasury(), purse_of({ann}), 1), world.pay('stipend:y', treasury(), purse_of({ann}), 1)"],
        refused: [
            "select world.pay('stipend:x', treasury(), purse_of({ann}), 1), world.pay('stipend:x', treasury(), purse_of({ann}), 1)",
            "select world.pay('entry_fee:4001', purse_of({ann}), escrow_of({show}), 10, {show})",
        ],
    }
    a_payments_key_says_what_it_is_for: "transfers_key_check" Everyone {
        accepted: ["select ledger_post({now}, null, array['abc'], array['stipend'], array[treasury()], array[purse_of({ann})],
            array[1::bigint], array[null::bigint], array[null::bigint])"],
        refused: [
            "select ledger_post({now}, null, array['ab'], array['stipend'], array[treasury()], array[purse_of({ann})],
             array[1::bigint], array[null::bigint], array[null::bigint])",
            "select ledger_post({now}, null, array[repeat('x', 201)], array['stipend'], array[treasury()], array[purse_of({ann})],
             array[1::bigint], array[null::bigint], array[null::bigint])",
        ],
    }
    coins_move_for_a_known_cause: "transfers_cause_check" Everyone {
        accepted: ["select world.pay('genetic_test:x', purse_of({ann}), sink(), 40)"],
        refused: ["select world.pay('theft:x', purse_of({ann}), purse_of({ben}), 40)"],
    }
    a_correction_says_what_it_corrects: "transfers_corrects_check" Everyone {
        accepted: ["select world.pay('stipend:x', treasury(), purse_of({ann}), 1)"],
        refused: ["select world.pay('correction:x', treasury(), purse_of({ann}), 1)"],
    }
    coins_move_in_a_positive_amount_between_two_accounts: "ledger_post_check" Everyone {
        accepted: ["select world.pay('stud_fee:x', purse_of({ann}), purse_of({ben}), 1)"],
        refused: [
            "select world.pay('stud_fee:x', purse_of({ann}), purse_of({ben}), 0)",
            "select world.pay('stud_fee:x', purse_of({ann}), purse_of({ben}), -1)",
            "select world.pay('stud_fee:x', purse_of({ann}), purse_of({ben}), null)",
            "select world.pay('stud_fee:x', purse_of({ann}), purse_of({ann}), 1)",
            "select world.pay('stud_fee:x', purse_of({ann}), null, 1)",
            "select world.pay('stud_fee:x', null, purse_of({ann}), 1)",
        ],
    }
    a_posting_moves_something: "postings_amount_check" Rights {
        accepted: ["select world.pay('stipend:x', treasury(), purse_of({ann}), 1)"],
        refused: ["insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
            insert into postings (transfer_id, account_id, amount, balance_after)
            values (900, treasury(), 0, null), (900, purse_of({dan}), 0, 5)"],
    }
    a_transfer_touches_an_account_once: "postings_transfer_id_account_id_key" Rights {
        accepted: ["select world.pay('stipend:x', treasury(), purse_of({ann}), 1)"],
        refused: ["insert into transfers (id, key, cause, at) values (900, 'stipend:x', 'stipend', {now});
            insert into postings (transfer_id, account_id, amount, balance_after)
            values (900, purse_of({dan}), 5, 10), (900, purse_of({dan}), -5, 5)"],
    }
    an_account_is_a_purse_an_escrow_the_treasury_or_the_sink: "accounts_kind_check" Rights {
        accepted: ["update accounts set kind = kind"],
        refused: ["insert into accounts (kind) values ('mattress')"],
    }
    a_purse_has_an_owner_and_an_escrow_a_show: "accounts_owner_check" Rights {
        accepted: ["update accounts set user_id = user_id"],
        refused: [
            "insert into accounts (kind, balance) values ('purse', 0)",
            "insert into accounts (kind, balance) values ('escrow', 0)",
            "insert into accounts (kind, show_id, user_id, balance) values ('escrow', {show}, {ann}, 0)",
        ],
    }
    purses_and_escrows_alone_keep_a_balance: "accounts_bounded_check" Rights {
        accepted: ["update accounts set balance = balance"],
        refused: [
            "update accounts set balance = null where user_id = {ann}",
            "update accounts set balance = 0 where kind = 'treasury'",
            "update accounts set balance = 0 where kind = 'sink'",
        ],
    }
    there_is_one_treasury_and_one_sink: "idx_accounts_single" Rights {
        accepted: ["update accounts set kind = kind where kind in ('treasury', 'sink')"],
        refused: ["insert into accounts (kind) values ('treasury')", "insert into accounts (kind) values ('sink')"],
    }
    a_player_has_one_purse: "accounts_user_id_key" Rights {
        accepted: ["insert into users (name, email) values ('Eve', 'eve@example.org')"],
        refused: ["insert into accounts (kind, user_id, balance) values ('purse', {ann}, 0)"],
    }
    a_show_has_one_escrow: "accounts_show_id_key" Rights {
        accepted: ["select world.show(9, 0, 0)"],
        refused: ["insert into accounts (kind, show_id, balance) values ('escrow', {show}, 0)"],
    }
    transfers_are_only_added_to: "transfers_append_only" Rights {
        accepted: ["select world.pay('stipend:x', treasury(), purse_of({ann}), 1)"],
        refused: ["update transfers set at = at", "delete from transfers", "truncate transfers cascade"],
    }
    postings_are_only_added_to: "postings_append_only" Rights {
        accepted: ["select world.pay('stipend:x', treasury(), purse_of({ann}), 1)"],
        refused: ["update postings set amount = amount + 1", "delete from postings", "truncate postings"],
    }
    a_stipend_is_for_a_week_that_begins_on_monday: "stipend_claims_week_check" Everyone {
        accepted: ["insert into stipend_claims (user_id, week, claimed_at) values ({ann}, date '2030-01-07', {now})"],
        refused: ["insert into stipend_claims (user_id, week, claimed_at) values ({ann}, date '2030-01-08', {now})"],
    }
    a_stipend_is_claimed_once_a_week: "stipend_claims_pkey" Everyone {
        accepted: ["insert into stipend_claims (user_id, week, claimed_at) values ({ben}, date '2029-12-31', {now})"],
        refused: ["insert into stipend_claims (user_id, week, claimed_at) values ({ann}, date '2029-12-31', {now})"],
    }
}

#[tokio::test]
async fn a_correction_that_names_its_transfer_stands() {
    let administrator = crate::trial::world().await.admin().await;
    let correction = "insert into transfers (id, key, cause, corrects, at)
        select 900, 'correction:x', 'correction', id, {now} from transfers where key = 'entry_fee:4001';
        insert into postings (transfer_id, account_id, amount, balance_after)
        values (900, treasury(), -5, null), (900, purse_of({dan}), 5, 10);
        update accounts set balance = 10 where user_id = {dan}";
    assert_eq!(
        crate::trial::attempt(&administrator, correction).await,
        Ok(())
    );
}
