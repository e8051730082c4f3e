-- id: placeholder
SELECT 1;
