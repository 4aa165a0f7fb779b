'use strict';
// needs: sequelize pg
// Sequelize: sync, alter, query interface (reflection, schema changes), associations, CRUD, transactions, upsert, JSON, arrays, enums.
const assert = require('node:assert');
const { Sequelize, DataTypes, Op, QueryTypes, Transaction } = require('sequelize');

async function main(uri) {
  const admin = new Sequelize(uri, { logging: false });
  await admin.query('DROP DATABASE IF EXISTS sequelize_check');
  await admin.query('CREATE DATABASE sequelize_check');
  const address = new URL(uri);
  address.pathname = '/sequelize_check';
  const sequelize = new Sequelize(address.toString(), { logging: process.env.LOG ? console.log : false, timezone: '+00:00' });
  await sequelize.authenticate();
  assert.match(await sequelize.databaseVersion(), /^15\./);

  const Author = sequelize.define('Author', {
    name: { type: DataTypes.STRING(80), allowNull: false, unique: true },
    mood: { type: DataTypes.ENUM('glad', 'sad'), defaultValue: 'glad' },
    email: { type: DataTypes.CITEXT ? DataTypes.STRING : DataTypes.STRING, validate: { isEmail: true } },
  }, { tableName: 'authors', underscored: true, comment: 'who writes', paranoid: true });
  const Book = sequelize.define('Book', {
    id: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4, primaryKey: true },
    title: { type: DataTypes.TEXT, allowNull: false, comment: 'as printed' },
    price: DataTypes.DECIMAL(10, 2),
    pages: { type: DataTypes.INTEGER, defaultValue: 0 },
    views: DataTypes.BIGINT,
    rating: DataTypes.DOUBLE,
    sold: { type: DataTypes.BOOLEAN, defaultValue: false },
    tags: { type: DataTypes.ARRAY(DataTypes.STRING), defaultValue: [] },
    data: { type: DataTypes.JSONB, defaultValue: {} },
    plain: DataTypes.JSON,
    body: DataTypes.BLOB,
    published: DataTypes.DATEONLY,
    at: { type: DataTypes.DATE, defaultValue: DataTypes.NOW },
    clock: DataTypes.TIME,
    period: DataTypes.RANGE(DataTypes.DATE),
    numbers: DataTypes.RANGE(DataTypes.INTEGER),
    address: DataTypes.INET,
    net: DataTypes.CIDR,
    mac: DataTypes.MACADDR,
    words: DataTypes.TSVECTOR,
  }, { tableName: 'books', underscored: true, version: true,
    indexes: [{ fields: ['title', { name: 'price', order: 'DESC' }] }, { unique: true, fields: [sequelize.fn('lower', sequelize.col('title'))], name: 'by_lower', where: { sold: false } }, { fields: ['author_id'], using: 'btree', name: 'by_author' }] });
  const Genre = sequelize.define('Genre', { name: { type: DataTypes.STRING, unique: 'genre_name' } }, { timestamps: false });
  Author.hasMany(Book, { foreignKey: { name: 'authorId', allowNull: false }, onDelete: 'CASCADE', as: 'books' });
  Book.belongsTo(Author, { foreignKey: 'authorId', as: 'author' });
  Book.belongsToMany(Genre, { through: 'book_genres' });
  Genre.belongsToMany(Book, { through: 'book_genres' });
  await sequelize.createSchema('shelf');
  await sequelize.sync({ force: true });
  await sequelize.sync();
  await sequelize.sync({ alter: true });

  // CRUD
  const ada = await Author.create({ name: 'Ada', email: 'ada@example.com', books: [{ title: 'One', price: '9.50', tags: ['a', 'b'], data: { k: [1, null], deep: { n: 5 } }, plain: [1], body: Buffer.from([0, 255]), published: '2020-02-29', clock: '12:30:00', period: [new Date('2020-01-01T00:00:00Z'), new Date('2021-01-01T00:00:00Z')], numbers: [1, 5], address: '10.0.0.1', net: '10.0.0.0/8', mac: '01:02:03:04:05:06', views: '9007199254740993' }, { title: 'Two', rating: 1.5, price: 20 }] }, { include: 'books' });
  assert.strictEqual(ada.mood, 'glad');
  const one = await Book.findOne({ where: { tags: { [Op.contains]: ['a'] } }, include: 'author' });
  assert.deepStrictEqual(one.data, { k: [1, null], deep: { n: 5 } });
  assert.strictEqual(one.price, '9.50');
  assert.strictEqual(one.views, '9007199254740993');
  assert.ok(one.body.equals(Buffer.from([0, 255])));
  assert.strictEqual(one.numbers[1].value, 5);
  assert.strictEqual(one.period[0].value.toISOString(), '2020-01-01T00:00:00.000Z');
  assert.strictEqual(one.author.name, 'Ada');
  assert.strictEqual(await Book.count({ where: { 'data.deep.n': { [Op.gt]: 4 } } }), 1);
  assert.strictEqual(await Book.count({ where: { data: { deep: { n: 5 } } } }), 1);
  assert.strictEqual(await Book.count({ where: { title: { [Op.iLike]: 'o%' }, price: { [Op.between]: [1, 10] }, numbers: { [Op.contains]: 3 } } }), 1);
  assert.strictEqual(await Book.count({ where: { [Op.or]: [{ title: { [Op.regexp]: '^T' } }, { rating: { [Op.is]: null } }], id: { [Op.ne]: null } } }), 2);
  one.price = 11;
  await one.save();
  await one.increment('pages', { by: 3 });
  await one.reload();
  assert.strictEqual(one.pages, 3);
  const [changed, rows] = await Book.update({ sold: true }, { where: { price: { [Op.gt]: 15 } }, returning: true });
  assert.strictEqual(changed, 1);
  assert.strictEqual(rows[0].title, 'Two');
  const [upserted, created] = await Author.upsert({ name: 'Ada', mood: 'sad' }, { conflictFields: ['name'] });
  assert.strictEqual(upserted.mood, 'sad');
  assert.ok(created === null || created === false);
  await Author.bulkCreate(Array.from({ length: 50 }, (_, i) => ({ name: `n${i}` })), { updateOnDuplicate: ['mood'], conflictAttributes: ['name'] });
  const [bob, made] = await Author.findCreateFind({ where: { name: 'Bob' }, defaults: { mood: 'sad' } });
  assert.ok(made && bob.id);
  const [again, madeAgain] = await Author.findCreateFind({ where: { name: 'Bob' } });
  assert.ok(!madeAgain && again.id === bob.id);
  const page = await Author.findAndCountAll({ order: [['name', 'DESC']], limit: 5, offset: 5, include: [{ model: Book, as: 'books', required: false }], distinct: true });
  assert.strictEqual(page.count, 52);
  assert.strictEqual(page.rows.length, 5);
  const grouped = await Book.findAll({ attributes: ['sold', [sequelize.fn('count', sequelize.col('id')), 'n'], [sequelize.fn('max', sequelize.col('price')), 'most']], group: ['sold'], having: sequelize.where(sequelize.fn('count', sequelize.col('id')), { [Op.gte]: 1 }), order: ['sold'], raw: true });
  assert.deepStrictEqual(grouped.map(g => g.n), ['1', '1']);
  const crime = await Genre.create({ name: 'crime' });
  await one.addGenre(crime);
  assert.strictEqual((await crime.getBooks()).length, 1);
  assert.strictEqual(await one.countGenres(), 1);
  await sequelize.query('UPDATE books SET words = to_tsvector(\'english\', title)');
  assert.strictEqual((await Book.findAll({ where: { words: { [Op.match]: sequelize.fn('to_tsquery', 'two') } } })).length, 1 - 0);

  // Transactions and errors
  await assert.rejects(Author.create({ name: 'Ada' }), error => error.name === 'SequelizeUniqueConstraintError' && error.fields.name === 'Ada');
  await assert.rejects(Book.create({ title: 'x', authorId: 100000 }), error => error.name === 'SequelizeForeignKeyConstraintError' && error.index === 'books_author_id_fkey');
  await sequelize.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE }, async transaction => {
    const locked = await Author.findOne({ where: { name: 'Bob' }, transaction, lock: transaction.LOCK.UPDATE, skipLocked: true });
    await locked.update({ email: 'bob@example.com' }, { transaction });
    await sequelize.transaction({ transaction }, inner => Genre.create({ name: 'inner' }, { transaction: inner }));
  });
  await assert.rejects(sequelize.transaction(async transaction => {
    await Genre.destroy({ truncate: true, cascade: true, transaction });
    throw new Error('back');
  }));
  assert.strictEqual(await Genre.count(), 2);
  await bob.destroy();
  assert.strictEqual(await Author.count({ where: { name: 'Bob' } }), 0);
  assert.strictEqual(await Author.count({ where: { name: 'Bob' }, paranoid: false }), 1);
  await bob.restore();
  await ada.destroy({ force: true });
  assert.strictEqual(await Book.count(), 0);

  // Reflection and migrations
  const schema = sequelize.getQueryInterface();
  assert.deepStrictEqual((await schema.showAllTables()).map(table => table.tableName ?? table).sort(), ['Genres', 'authors', 'book_genres', 'books']);
  const described = await schema.describeTable('books');
  assert.strictEqual(described.price.type, 'NUMERIC');
  assert.strictEqual(described.title.comment, 'as printed');
  assert.ok(described.id.primaryKey && !described.title.allowNull);
  assert.deepStrictEqual((await schema.describeTable('authors')).mood.special, ['glad', 'sad']);
  const indexes = await schema.showIndex('books');
  assert.deepStrictEqual(indexes.map(index => index.name).sort(), ['books_pkey', 'books_title_price', 'by_author', 'by_lower']);
  assert.ok(indexes.find(index => index.name === 'books_pkey').primary);
  const references = await schema.getForeignKeyReferencesForTable('books');
  assert.strictEqual(references[0].referencedTableName, 'authors');
  assert.strictEqual(references[0].constraintName, 'books_author_id_fkey');
  await schema.createTable('notes', { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true }, text: DataTypes.STRING });
  await schema.addColumn('notes', 'stars', { type: DataTypes.SMALLINT, allowNull: false, defaultValue: 3 });
  await schema.changeColumn('notes', 'text', { type: DataTypes.TEXT, allowNull: false, defaultValue: 'none' });
  await schema.renameColumn('notes', 'text', 'body');
  await schema.addIndex('notes', ['body'], { unique: true, name: 'notes_body', concurrently: true });
  await schema.addConstraint('notes', { type: 'check', fields: ['stars'], where: { stars: { [Op.gte]: 0 } }, name: 'stars_positive' });
  await schema.addConstraint('notes', { type: 'unique', fields: ['stars'], name: 'stars_unique' });
  const constraints = await schema.showConstraint('notes');
  assert.ok(constraints.some(constraint => constraint.constraintName === 'stars_unique'), JSON.stringify(constraints));
  await schema.bulkInsert('notes', [{ body: 'a', stars: 1 }, { body: 'b', stars: 2 }]);
  await schema.bulkUpdate('notes', { stars: 5 }, { body: 'a' });
  await schema.bulkDelete('notes', { body: 'b' });
  await schema.removeConstraint('notes', 'stars_unique');
  await schema.removeIndex('notes', 'notes_body');
  await schema.removeColumn('notes', 'stars');
  await schema.renameTable('notes', 'remarks');
  assert.deepStrictEqual(await sequelize.query('SELECT body FROM remarks WHERE id = :id', { replacements: { id: 1 }, type: QueryTypes.SELECT }), [{ body: 'a' }]);
  assert.deepStrictEqual(await sequelize.query('SELECT body FROM remarks WHERE id = $id', { bind: { id: 1 }, type: QueryTypes.SELECT, plain: true }), { body: 'a' });
  await schema.createFunction('plus_one', [{ type: 'integer', name: 'n' }], 'integer', 'sql', 'SELECT n + 1', ['IMMUTABLE']).catch(error => assert.ok(/syntax|BEGIN/i.test(error.message), error.message));
  await schema.dropAllTables({ cascade: true }).catch(() => undefined);
  await schema.dropSchema('shelf');
  await sequelize.close();
  await admin.query('DROP DATABASE sequelize_check');
  await admin.close();
}

main(process.argv[2]).then(() => process.exit(0), error => { console.error(error); process.exit(1); });
