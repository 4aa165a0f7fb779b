# needs: sqlalchemy psycopg2
"""SQLAlchemy: create with all common types, reflect, compare, CRUD with relations, bulk insert, ON CONFLICT, arrays and JSON."""
import datetime
import decimal
import sys
import uuid

from sqlalchemy import (Boolean, CheckConstraint, Column, Date, DateTime, Enum, Float, ForeignKey, Identity, Index, Integer, LargeBinary, MetaData, Numeric,
                        String, Table, Text, UniqueConstraint, create_engine, func, inspect, select, text)
from sqlalchemy.dialects.postgresql import ARRAY, INET, INTERVAL, JSONB, TSVECTOR, UUID, insert
from sqlalchemy.orm import declarative_base, relationship, sessionmaker

engine = create_engine(sys.argv[1].replace("postgres://", "postgresql://"))
with engine.begin() as connection:
    connection.execute(text("DROP SCHEMA IF EXISTS alchemy CASCADE"))
    connection.execute(text("CREATE SCHEMA alchemy"))
Base = declarative_base(metadata=MetaData(schema="alchemy"))


class Author(Base):
    __tablename__ = "authors"
    id = Column(Integer, Identity(), primary_key=True)
    name = Column(String(80), nullable=False, unique=True)
    mood = Column(Enum("glad", "sad", name="mood", inherit_schema=True), server_default="glad")
    books = relationship("Book", back_populates="author", cascade="all, delete-orphan")


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    author_id = Column(ForeignKey("alchemy.authors.id", ondelete="CASCADE"), nullable=False, index=True)
    title = Column(Text, nullable=False)
    price = Column(Numeric(10, 2), CheckConstraint("price >= 0", name="price_positive"))
    published = Column(Date)
    at = Column(DateTime(timezone=True), server_default=func.now())
    code = Column(UUID(as_uuid=True), default=uuid.uuid4)
    tags = Column(ARRAY(String), server_default="{}")
    data = Column(JSONB)
    body = Column(LargeBinary)
    rating = Column(Float)
    is_sold = Column(Boolean, server_default="false")
    address = Column(INET)
    length = Column(INTERVAL)
    words = Column(TSVECTOR)
    author = relationship("Author", back_populates="books")
    __table_args__ = (UniqueConstraint("author_id", "title", name="one_title"), Index("by_lower", func.lower(title)), Index("sold", "is_sold", postgresql_where=is_sold))


Base.metadata.create_all(engine)
Session = sessionmaker(engine)
with Session() as session:
    author = Author(name="Ada", books=[Book(title="One", price=decimal.Decimal("9.50"), tags=["a", "b"], data={"k": [1, None]}, body=b"\x00\xff", published=datetime.date(2020, 2, 29)),
                                       Book(title="Two", rating=1.5, address="10.0.0.1", length=datetime.timedelta(days=2, hours=3))])
    session.add(author)
    session.commit()
    assert author.mood == "glad"
    one = session.execute(select(Book).where(Book.tags.contains(["a"]))).scalar_one()
    assert one.data["k"] == [1, None] and one.body == b"\x00\xff" and one.price == decimal.Decimal("9.50")
    assert session.execute(select(Book).where(Book.data["k"][0].as_integer() == 1)).scalar_one() is one
    one.price += 1
    session.commit()
    rows = session.execute(select(Author.name, func.count(Book.id), func.max(Book.length)).join(Book).group_by(Author.name)).all()
    assert rows[0][1] == 2 and rows[0][2] == datetime.timedelta(days=2, hours=3), rows
    statement = insert(Author).values(name="Ada").on_conflict_do_update(index_elements=["name"], set_={"mood": "sad"}).returning(Author.mood)
    assert session.execute(statement).scalar_one() == "sad"
    session.execute(insert(Author).values([{"name": f"n{i}"} for i in range(100)]))
    session.commit()
    session.delete(session.get(Author, author.id))
    session.commit()
    assert session.execute(select(func.count()).select_from(Book)).scalar_one() == 0

found = inspect(engine)
assert set(found.get_table_names("alchemy")) == {"authors", "books"}
columns = {column["name"]: column for column in found.get_columns("books", "alchemy")}
assert str(columns["price"]["type"]) == "NUMERIC(10, 2)" and not columns["title"]["nullable"], columns
assert found.get_pk_constraint("books", "alchemy")["constrained_columns"] == ["id"]
assert found.get_foreign_keys("books", "alchemy")[0]["options"]["ondelete"] == "CASCADE"
assert {index["name"] for index in found.get_indexes("books", "alchemy")} >= {"sold"}
assert found.get_check_constraints("books", "alchemy")[0]["name"] == "price_positive"
assert found.get_unique_constraints("books", "alchemy")[0]["name"] == "one_title"
assert found.get_enums("alchemy")[0]["labels"] == ["glad", "sad"]
reflected = MetaData()
reflected.reflect(engine, schema="alchemy")
assert isinstance(reflected.tables["alchemy.books"], Table)
Base.metadata.drop_all(engine)
with engine.begin() as connection:
    connection.execute(text("DROP SCHEMA alchemy CASCADE"))
