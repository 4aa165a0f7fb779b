\set a random_zipfian(1, 20000 * :scale, 1.1)
\set amount random(-50, 50)
UPDATE account SET balance = balance + :amount, changed = now() WHERE id = :a RETURNING balance;
