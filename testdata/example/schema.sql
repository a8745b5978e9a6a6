CREATE TABLE orders (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article text   NOT NULL,
    count   int    NOT NULL CHECK (count > 0)
);
