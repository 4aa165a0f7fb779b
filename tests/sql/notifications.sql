-- pg_notify as NOTIFY: what is wrong with channel and payload is said at once.
SELECT pg_notify('somewhere', 'something');
SELECT pg_notify('somewhere', NULL);
SELECT pg_notify('', 'x');
SELECT pg_notify(NULL, 'x');
SELECT pg_notify(repeat('c', 64), 'x');
SELECT pg_notify('c', repeat('p', 8000));
SELECT pg_notification_queue_usage();
