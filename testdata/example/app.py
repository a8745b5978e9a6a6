"""The orders service: takes an order, gives it back by its number."""

import os

import psycopg
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

DATABASE = (
    f"host={os.environ.get('DB_HOST', 'db')} dbname=orders "
    f"user={os.environ['DB_USER']} password={os.environ['DB_PASSWORD']}"
)

app = FastAPI()


class Order(BaseModel):
    article: str
    count: int


@app.get("/healthz", include_in_schema=False)
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/orders")
def place(order: Order) -> dict[str, int]:
    with psycopg.connect(DATABASE) as db:
        row = db.execute(
            "INSERT INTO orders (article, count) VALUES (%s, %s) RETURNING id",
            (order.article, order.count),
        ).fetchone()
    return {"id": row[0]}


@app.get("/orders/{number}")
def show(number: int) -> Order:
    with psycopg.connect(DATABASE) as db:
        row = db.execute(
            "SELECT article, count FROM orders WHERE id = %s", (number,)
        ).fetchone()
    if row is None:
        raise HTTPException(status_code=404, detail="no such order")
    return Order(article=row[0], count=row[1])
