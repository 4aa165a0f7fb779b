\set w random(1, :scale)
\set carrier random(1, 10)
BEGIN;
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 1 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 1 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 1 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 1 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 1 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 1 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 2 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 2 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 2 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 2 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 2 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 2 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 3 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 3 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 3 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 3 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 3 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 3 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 4 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 4 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 4 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 4 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 4 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 4 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 5 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 5 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 5 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 5 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 5 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 5 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 6 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 6 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 6 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 6 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 6 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 6 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 7 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 7 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 7 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 7 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 7 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 7 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 8 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 8 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 8 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 8 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 8 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 8 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 9 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 9 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 9 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 9 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 9 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 9 AND c_id = :c;
\endif
SELECT coalesce((SELECT no_o_id FROM new_order WHERE no_w_id = :w AND no_d_id = 10 ORDER BY no_o_id LIMIT 1 FOR UPDATE SKIP LOCKED), 0) AS o \gset
\if :o > 0
DELETE FROM new_order WHERE no_w_id = :w AND no_d_id = 10 AND no_o_id = :o;
UPDATE orders SET o_carrier_id = :carrier WHERE o_w_id = :w AND o_d_id = 10 AND o_id = :o RETURNING o_c_id AS c \gset
UPDATE order_line SET ol_delivery_d = now() WHERE ol_w_id = :w AND ol_d_id = 10 AND ol_o_id = :o;
SELECT coalesce(sum(ol_amount), 0) AS total FROM order_line WHERE ol_w_id = :w AND ol_d_id = 10 AND ol_o_id = :o \gset
UPDATE customer SET c_balance = c_balance + :total::numeric, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = :w AND c_d_id = 10 AND c_id = :c;
\endif
COMMIT;
