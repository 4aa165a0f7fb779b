\set w random(1, :scale)
\set d random(1, 10)
\set c random(1, 3000)
\set i1 random(1, 10000)
\set q1 random(1, 10)
\set i2 random(10001, 20000)
\set q2 random(1, 10)
\set i3 random(20001, 30000)
\set q3 random(1, 10)
\set i4 random(30001, 40000)
\set q4 random(1, 10)
\set i5 random(40001, 50000)
\set q5 random(1, 10)
\set i6 random(50001, 60000)
\set q6 random(1, 10)
\set i7 random(60001, 70000)
\set q7 random(1, 10)
\set i8 random(70001, 80000)
\set q8 random(1, 10)
\set i9 random(80001, 90000)
\set q9 random(1, 10)
\set i10 random(90001, 100000)
\set q10 random(1, 10)
BEGIN;
SELECT c_discount, c_last, c_credit, w_tax FROM customer, warehouse WHERE w_id = :w AND c_w_id = w_id AND c_d_id = :d AND c_id = :c;
UPDATE district SET d_next_o_id = d_next_o_id + 1 WHERE d_w_id = :w AND d_id = :d RETURNING d_next_o_id - 1 AS o, d_tax AS tax \gset
INSERT INTO orders VALUES (:w, :d, :o, :c, now(), NULL, 10, 1);
INSERT INTO new_order VALUES (:w, :d, :o);
SELECT i_price AS price FROM item WHERE i_id = :i1 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q1 + 10 THEN s_quantity - :q1 ELSE s_quantity - :q1 + 91 END, s_ytd = s_ytd + :q1, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i1 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 1, :i1, :w, NULL, :q1, :q1::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i2 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q2 + 10 THEN s_quantity - :q2 ELSE s_quantity - :q2 + 91 END, s_ytd = s_ytd + :q2, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i2 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 2, :i2, :w, NULL, :q2, :q2::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i3 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q3 + 10 THEN s_quantity - :q3 ELSE s_quantity - :q3 + 91 END, s_ytd = s_ytd + :q3, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i3 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 3, :i3, :w, NULL, :q3, :q3::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i4 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q4 + 10 THEN s_quantity - :q4 ELSE s_quantity - :q4 + 91 END, s_ytd = s_ytd + :q4, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i4 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 4, :i4, :w, NULL, :q4, :q4::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i5 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q5 + 10 THEN s_quantity - :q5 ELSE s_quantity - :q5 + 91 END, s_ytd = s_ytd + :q5, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i5 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 5, :i5, :w, NULL, :q5, :q5::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i6 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q6 + 10 THEN s_quantity - :q6 ELSE s_quantity - :q6 + 91 END, s_ytd = s_ytd + :q6, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i6 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 6, :i6, :w, NULL, :q6, :q6::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i7 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q7 + 10 THEN s_quantity - :q7 ELSE s_quantity - :q7 + 91 END, s_ytd = s_ytd + :q7, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i7 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 7, :i7, :w, NULL, :q7, :q7::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i8 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q8 + 10 THEN s_quantity - :q8 ELSE s_quantity - :q8 + 91 END, s_ytd = s_ytd + :q8, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i8 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 8, :i8, :w, NULL, :q8, :q8::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i9 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q9 + 10 THEN s_quantity - :q9 ELSE s_quantity - :q9 + 91 END, s_ytd = s_ytd + :q9, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i9 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 9, :i9, :w, NULL, :q9, :q9::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
SELECT i_price AS price FROM item WHERE i_id = :i10 \gset
UPDATE stock SET s_quantity = CASE WHEN s_quantity >= :q10 + 10 THEN s_quantity - :q10 ELSE s_quantity - :q10 + 91 END, s_ytd = s_ytd + :q10, s_order_cnt = s_order_cnt + 1 WHERE s_w_id = :w AND s_i_id = :i10 RETURNING s_dist_01;
INSERT INTO order_line VALUES (:w, :d, :o, 10, :i10, :w, NULL, :q10, :q10::int * :price::numeric, 'abcdefghijklmnopqrstuvwx');
COMMIT;
