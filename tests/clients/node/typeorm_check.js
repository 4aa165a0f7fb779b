'use strict';
// needs: typeorm pg reflect-metadata
// TypeORM: synchronize (twice: the second must find nothing to do), migrations, query runner reflection, repositories, query builder, relations, trees, upsert.
require('reflect-metadata');
const assert = require('node:assert');
const { DataSource, EntitySchema, In, Like, MoreThan, Table, TableColumn, TableForeignKey, TableIndex, TableUnique, TableCheck, ArrayContains } = require('typeorm');

const Author = new EntitySchema({
  name: 'Author', tableName: 'authors', comment: 'who writes',
  columns: {
    id: { type: 'int', primary: true, generated: 'identity', generatedIdentity: 'ALWAYS' },
    name: { type: 'varchar', length: 80, unique: true, comment: 'in full' },
    mood: { type: 'enum', enum: ['glad', 'sad'], default: 'glad' },
    made: { type: 'timestamptz', createDate: true },
    changed: { type: 'timestamptz', updateDate: true },
    gone: { type: 'timestamp', deleteDate: true, nullable: true },
    version: { type: 'int', version: true },
  },
  relations: { books: { type: 'one-to-many', target: 'Book', inverseSide: 'author', cascade: true } },
});
const Book = new EntitySchema({
  name: 'Book', tableName: 'books', schema: 'shelf',
  columns: {
    id: { type: 'uuid', primary: true, generated: 'uuid' },
    title: { type: 'text' },
    price: { type: 'numeric', precision: 10, scale: 2, nullable: true, default: 0 },
    doubled: { type: 'numeric', generatedType: 'STORED', asExpression: 'price * 2', nullable: true },
    tags: { type: 'text', array: true, default: '{}' },
    data: { type: 'jsonb', nullable: true, default: {} },
    body: { type: 'bytea', nullable: true },
    day: { type: 'date', nullable: true },
    clock: { type: 'time', precision: 3, nullable: true },
    span: { type: 'interval', nullable: true },
    address: { type: 'inet', nullable: true },
    period: { type: 'tstzrange', nullable: true },
    place: { type: 'point', nullable: true },
    words: { type: 'tsvector', nullable: true },
    big: { type: 'bigint', nullable: true, default: 5 },
    real: { type: 'double precision', nullable: true },
    flag: { type: 'boolean', default: false },
    bits: { type: 'bit varying', nullable: true },
    list: { type: 'simple-array', nullable: true },
    small: { type: 'smallint', nullable: true },
    short: { type: 'char', length: 3, nullable: true },
  },
  relations: {
    author: { type: 'many-to-one', target: 'Author', inverseSide: 'books', joinColumn: { name: 'author_id' }, onDelete: 'CASCADE', nullable: false },
    genres: { type: 'many-to-many', target: 'Genre', joinTable: { name: 'book_genres' }, cascade: true },
  },
  indices: [{ name: 'by_title', columns: ['title', 'price'] }, { name: 'cheap', columns: ['price'], where: '"price" < 10', unique: true }],
  uniques: [{ name: 'one_title', columns: ['title', 'day'] }],
  checks: [{ name: 'price_positive', expression: '"price" >= 0' }],
});
const Genre = new EntitySchema({
  name: 'Genre', tableName: 'genres',
  columns: { id: { type: 'int', primary: true, generated: 'increment' }, name: { type: 'varchar' } },
  relations: { parent: { type: 'many-to-one', target: 'Genre', treeParent: true, inverseSide: 'children' }, children: { type: 'one-to-many', target: 'Genre', treeChildren: true, inverseSide: 'parent', cascade: true } },
  trees: [{ type: 'closure-table' }],
});
const Cheap = new EntitySchema({
  name: 'Cheap', type: 'view', tableName: 'cheap_books', expression: 'SELECT b.id, b.title, a.name AS author FROM shelf.books b JOIN authors a ON a.id = b.author_id WHERE b.price < 10',
  columns: { id: { type: 'uuid', primary: true }, title: { type: 'text' }, author: { type: 'varchar' } },
});
const Counted = new EntitySchema({
  name: 'Counted', type: 'view', tableName: 'counted', expression: 'SELECT author_id, count(*) AS n FROM shelf.books GROUP BY author_id',
  columns: { author_id: { type: 'int', primary: true }, n: { type: 'bigint' } },
});
class AddNotes1700000000000 {
  name = 'AddNotes1700000000000';
  async up(runner) {
    await runner.createTable(new Table({ name: 'notes', columns: [{ name: 'id', type: 'serial', isPrimary: true }, { name: 'text', type: 'varchar', length: '20', isNullable: true }, { name: 'author', type: 'int', isNullable: true }, { name: 'kind', type: 'enum', enum: ['a', 'b'], default: "'a'" }],
      checks: [{ name: 'short', expression: 'length("text") < 20' }] }), true);
    await runner.addColumn('notes', new TableColumn({ name: 'stars', type: 'int', default: 3 }));
    await runner.changeColumn('notes', 'text', new TableColumn({ name: 'body', type: 'text', isNullable: false, default: "'none'" }));
    await runner.changeColumn('notes', 'kind', new TableColumn({ name: 'kind', type: 'enum', enum: ['a', 'b', 'c'], default: "'b'" }));
    await runner.createForeignKey('notes', new TableForeignKey({ name: 'notes_author', columnNames: ['author'], referencedTableName: 'authors', referencedColumnNames: ['id'], onDelete: 'SET NULL' }));
    await runner.createIndex('notes', new TableIndex({ name: 'notes_stars', columnNames: ['stars'], where: 'stars > 1' }));
    await runner.createUniqueConstraint('notes', new TableUnique({ name: 'notes_body', columnNames: ['body'] }));
    await runner.createCheckConstraint('notes', new TableCheck({ name: 'notes_check', expression: 'stars < 6' }));
    await runner.renameTable('notes', 'remarks');
    await runner.renameColumn('remarks', 'stars', 'points');
  }
  async down(runner) {
    await runner.dropTable('remarks');
  }
}

async function main(uri) {
  const admin = await new DataSource({ type: 'postgres', url: uri }).initialize();
  await admin.query('DROP DATABASE IF EXISTS typeorm_check');
  await admin.query('CREATE DATABASE typeorm_check');
  const address = new URL(uri);
  address.pathname = '/typeorm_check';
  const source = new DataSource({ type: 'postgres', url: address.toString(), entities: [Author, Book, Genre, Cheap, Counted], migrations: [AddNotes1700000000000], uuidExtension: 'pgcrypto', installExtensions: false, logging: Boolean(process.env.LOG) });
  await source.initialize();
  await source.query('CREATE SCHEMA shelf');
  await source.synchronize();
  const pending = await source.driver.createSchemaBuilder().log();
  assert.deepStrictEqual(pending.upQueries.map(query => query.query), []);

  const authors = source.getRepository('Author');
  const books = source.getRepository('Book');
  const crime = await source.getTreeRepository('Genre').save({ name: 'crime' });
  const ada = await authors.save({ name: 'Ada', books: [
    { title: 'One', price: 9.5, tags: ['a', 'b c'], data: { k: [1, null] }, body: Buffer.from([0, 255]), day: '2020-02-29', clock: '12:30:00.125', span: '1 day 02:00', address: '10.0.0.1', period: '[2020-01-01 00:00:00+00,2021-01-01 00:00:00+00)', place: '(1.5,2)', big: '9007199254740993', real: 1.5, bits: '101', list: ['x', 'y'], short: 'ab', genres: [crime] },
    { title: 'Two', price: 20, genres: [] }] });
  assert.strictEqual(ada.mood, 'glad');
  assert.strictEqual(ada.version, 1);
  const one = await books.findOne({ where: { title: 'One', author: { name: 'Ada' } }, relations: { author: true, genres: true } });
  assert.deepStrictEqual(one.tags, ['a', 'b c']);
  assert.deepStrictEqual(one.data, { k: [1, null] });
  assert.strictEqual(one.doubled, '19.00');
  assert.strictEqual(one.big, '9007199254740993');
  assert.deepStrictEqual(one.place, { x: 1.5, y: 2 });
  assert.strictEqual(one.span.days, 1);
  assert.strictEqual(one.short, 'ab ');
  assert.ok(one.body.equals(Buffer.from([0, 255])));
  assert.strictEqual(one.genres[0].name, 'crime');
  assert.strictEqual(await books.countBy({ tags: ArrayContains(['a']) }), 1);
  assert.strictEqual(await books.countBy([{ title: Like('T%') }, { price: MoreThan(100) }]), 1);
  await authors.insert(Array.from({ length: 20 }, (_, i) => ({ name: `n${i}` })));
  assert.strictEqual(await authors.countBy({ name: In(['n1', 'n2', 'nobody']) }), 2);
  await authors.upsert([{ name: 'Ada', mood: 'sad' }, { name: 'new' }], { conflictPaths: ['name'], skipUpdateIfNoValuesChanged: true });
  assert.strictEqual((await authors.findOneByOrFail({ name: 'Ada' })).mood, 'sad');
  const [page, total] = await authors.findAndCount({ order: { name: 'DESC' }, skip: 5, take: 3, relations: { books: true } });
  assert.strictEqual(page.length, 3);
  assert.strictEqual(total, 22);
  const built = await source.createQueryBuilder('Book', 'b').select('a.name', 'author').addSelect('count(*)', 'n').addSelect('sum(b.price)', 'total').innerJoin('b.author', 'a').where('b.price > :low', { low: 1 }).andWhere(query => `b.id IN ${query.subQuery().select('c.id').from('Book', 'c').getQuery()}`).groupBy('a.name').having('count(*) > 1').orderBy('total', 'DESC', 'NULLS LAST').getRawMany();
  assert.deepStrictEqual(built, [{ author: 'Ada', n: '2', total: '29.50' }]);
  const streamed = [];
  assert.strictEqual((await source.createQueryBuilder().update('Book').set({ price: () => 'price + 1' }).where('title = :title', { title: 'Two' }).returning(['id', 'price']).execute()).raw[0].price, '21.00');
  assert.strictEqual((await source.createQueryBuilder().insert().into('Author').values({ name: 'n1' }).orIgnore().execute()).raw.length, 0);
  for await (const row of await source.createQueryBuilder('Author', 'a').orderBy('a.id').distinctOn(['a.id']).getMany()) streamed.push(row.id);
  assert.strictEqual(streamed.length, 22);
  const trees = source.getTreeRepository('Genre');
  const root = await trees.save({ name: 'root' });
  const leaf = await trees.save({ name: 'leaf', parent: await trees.save({ name: 'branch', parent: root }) });
  assert.strictEqual((await trees.findDescendants(root)).length, 3);
  assert.strictEqual((await trees.findAncestorsTree(leaf)).parent.parent.name, 'root');
  assert.strictEqual((await source.getRepository('Cheap').find()).length, 1);
  assert.strictEqual((await source.getRepository('Counted').findOneBy({})).n, '2');

  await source.transaction('SERIALIZABLE', async manager => {
    const locked = await manager.findOne('Author', { where: { name: 'n1' }, lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' } });
    locked.mood = 'sad';
    await manager.save('Author', locked);
    await manager.transaction(inner => inner.delete('Author', { name: 'n2' }));
  });
  await assert.rejects(authors.insert({ name: 'Ada' }), error => error.code === '23505' && error.driverError.constraint.startsWith('UQ_'));
  await authors.softDelete({ name: 'n3' });
  assert.strictEqual(await authors.count(), 20);
  assert.strictEqual(await authors.count({ withDeleted: true }), 21);
  await authors.restore({ name: 'n3' });
  await authors.remove(await authors.findOneBy({ name: 'Ada' }));
  assert.strictEqual(await books.count(), 0);

  await source.runMigrations({ transaction: 'all' });
  const runner = source.createQueryRunner();
  const table = await runner.getTable('remarks');
  assert.match(table.findColumnByName('points').default, /3/);
  assert.deepStrictEqual(table.findColumnByName('kind').enum, ['a', 'b', 'c']);
  assert.strictEqual(table.foreignKeys[0].onDelete, 'SET NULL');
  assert.strictEqual(table.indices[0].where, '(points > 1)');
  assert.strictEqual(table.uniques.length, 1);
  const shelf = await runner.getTable('shelf.books');
  assert.strictEqual(shelf.columns.length, 22);
  assert.strictEqual(shelf.findColumnByName('price').scale, 2);
  assert.ok((await runner.getSchemas()) && await runner.hasSchema('shelf') && await runner.hasTable('shelf.books') && await runner.hasColumn('authors', 'mood') && await runner.hasDatabase('typeorm_check'));
  await runner.release();
  await source.undoLastMigration();
  await source.dropDatabase();
  await source.destroy();
  await admin.query('DROP DATABASE typeorm_check');
  await admin.destroy();
}

main(process.argv[2]).then(() => process.exit(0), error => { console.error(error); process.exit(1); });
