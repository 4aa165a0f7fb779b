\set w random(1, :scale)
\set d random(1, 10)
\set c random(1, 3000)
\set amount random(1, 5000)
\set byname random(1, 100)
BEGIN;
UPDATE warehouse SET w_ytd = w_ytd + :amount WHERE w_id = :w RETURNING w_name, w_street, w_city, w_state, w_zip;
UPDATE district SET d_ytd = d_ytd + :amount WHERE d_w_id = :w AND d_id = :d RETURNING d_name, d_street, d_city, d_state, d_zip;
\if :byname <= 60
SELECT c_id AS c FROM customer WHERE c_w_id = :w AND c_d_id = :d AND c_last = 'LAST' || (:c % 1000) ORDER BY c_first OFFSET 1 LIMIT 1 \gset
\endif
SELECT c_first, c_middle, c_last, c_street, c_city, c_credit, c_credit_lim, c_discount, c_balance, c_since FROM customer WHERE c_w_id = :w AND c_d_id = :d AND c_id = :c FOR UPDATE;
UPDATE customer SET c_balance = c_balance - :amount, c_ytd_payment = c_ytd_payment + :amount, c_payment_cnt = c_payment_cnt + 1, c_data = CASE WHEN c_credit = 'BC' THEN left(:c || ' ' || :d || ' ' || :w || ' ' || :amount || c_data, 500) ELSE c_data END WHERE c_w_id = :w AND c_d_id = :d AND c_id = :c;
INSERT INTO history VALUES (:c, :d, :w, :d, :w, now(), :amount, 'warehouse    district');
COMMIT;
