'use strict';
// The schemas whose answers are compared, and what the generator must know of them.
// A field is {type} with list, required, values (of an enum, or to choose from), fields (of an embedded type) or hidden (never read).

const PUBLIC = '@auth(rules: [{ allow: public }])';
const KEY = [{ mode: 'API_KEY' }];
const POOL = 'AMAZON_COGNITO_USER_POOLS';
const id = { type: 'ID', required: true };
const text = { type: 'String' };
const number = { type: 'Int' };

const MOODS = ['GOOD', 'BAD', 'ODD'];
const inner = { c: { type: 'Boolean' }, d: { type: 'String', list: true } };
const meta = { a: text, b: number, inner: { type: 'Inner', fields: inner } };
const items = {
  sdl: `
enum Mood { GOOD BAD ODD }
type Inner { c: Boolean d: [String] }
type Meta { a: String b: Int inner: Inner }
type Item @model ${PUBLIC} {
  id: ID!
  text: String
  n: Int
  f: Float
  on: Boolean
  day: AWSDate
  at: AWSDateTime
  json: AWSJSON
  mail: AWSEmail
  stamp: AWSTimestamp
  mood: Mood
  tags: [String]
  nums: [Int]
  m: Meta
  ms: [Meta]
  title: String @default(value: "untitled")
  count: Int @default(value: "3")
  rank: Int @validate(type: gte, value: "0", errorMessage: "rank is 0 at least") @validate(type: lte, value: "100")
  code: String @validate(type: minLength, value: "1") @validate(type: startsWith, value: "a")
}`,
  enums: MOODS,
  callers: KEY,
  tables: { Item: { key: ['id'], indexes: {} } },
  models: {
    Item: {
      key: ['id'],
      list: 'Items',
      fields: {
        id, text, n: number, f: { type: 'Float' }, on: { type: 'Boolean' }, day: { type: 'AWSDate' }, at: { type: 'AWSDateTime' },
        json: { type: 'AWSJSON' }, mail: { type: 'AWSEmail' }, stamp: { type: 'AWSTimestamp' }, mood: { type: 'Mood', values: MOODS },
        tags: { type: 'String', list: true }, nums: { type: 'Int', list: true }, m: { type: 'Meta', fields: meta },
        ms: { type: 'Meta', fields: meta, list: true }, title: text, count: number,
        rank: { type: 'Int', values: [0, 1, 50, 100, 101, -1] }, code: { type: 'String', values: ['a', 'ab', 'abc', 'b', 'a_c'] },
      },
    },
  },
};

const relations = {
  sdl: `
type Blog @model ${PUBLIC} { id: ID! name: String! posts: [Post] @hasMany about: About @hasOne }
type About @model ${PUBLIC} { id: ID! text: String }
type Post @model ${PUBLIC} {
  id: ID!
  title: String!
  stars: Int
  blog: Blog @belongsTo
  comments: [Comment] @hasMany(indexName: "byPost", fields: ["id"])
  tags: [Tag] @manyToMany(relationName: "PostTags")
}
type Comment @model ${PUBLIC} {
  id: ID!
  text: String
  postId: ID @index(name: "byPost", queryField: "commentsByPost")
  post: Post @belongsTo(fields: ["postId"])
}
type Tag @model ${PUBLIC} { id: ID! label: String! posts: [Post] @manyToMany(relationName: "PostTags") }`,
  enums: [],
  callers: KEY,
  tables: {
    Blog: { key: ['id'], indexes: {} },
    About: { key: ['id'], indexes: {} },
    Post: { key: ['id'], indexes: { 'gsi-Blog.posts': ['blogPostsId'] } },
    Comment: { key: ['id'], indexes: { byPost: ['postId'] } },
    Tag: { key: ['id'], indexes: {} },
    PostTags: { key: ['id'], indexes: { byPost: ['postId'], byTag: ['tagId'] } },
  },
  models: {
    Blog: {
      key: ['id'],
      list: 'Blogs',
      fields: { id, name: { ...text, required: true }, blogAboutId: { type: 'ID' } },
      relations: { posts: { model: 'Post', many: true }, about: { model: 'About' } },
    },
    About: { key: ['id'], list: 'Abouts', fields: { id, text } },
    Post: {
      key: ['id'],
      list: 'Posts',
      fields: { id, title: { ...text, required: true }, stars: number, blogPostsId: { type: 'ID' } },
      relations: { blog: { model: 'Blog' }, comments: { model: 'Comment', many: true }, tags: { model: 'PostTags', many: true } },
    },
    Comment: {
      key: ['id'],
      list: 'Comments',
      fields: { id, text, postId: { type: 'ID' } },
      relations: { post: { model: 'Post' } },
    },
    Tag: {
      key: ['id'],
      list: 'Tags',
      fields: { id, label: { ...text, required: true } },
      relations: { posts: { model: 'PostTags', many: true } },
    },
    PostTags: {
      key: ['id'],
      list: 'PostTags',
      fields: { id, postId: id, tagId: id },
      relations: { post: { model: 'Post' }, tag: { model: 'Tag' } },
    },
  },
};

const keys = {
  sdl: `
type Score @model ${PUBLIC} {
  game: ID! @primaryKey(sortKeyFields: ["at"])
  at: Int!
  player: String! @index(name: "byPlayer", sortKeyFields: ["name"], queryField: "scoresByPlayer")
  name: String!
  points: Int @index(name: "byPoints", sortKeyFields: ["at"], queryField: "scoresByPoints")
}`,
  enums: [],
  callers: KEY,
  tables: { Score: { key: ['game', 'at'], indexes: { byPlayer: ['player', 'name'], byPoints: ['points', 'at'] } } },
  models: {
    Score: {
      key: ['game', 'at'],
      list: 'Scores',
      fields: { game: id, at: { ...number, required: true }, player: { ...text, required: true }, name: { ...text, required: true }, points: number },
      queries: [
        { field: 'listScores', partition: 'game', sort: 'at' },
        { field: 'scoresByPlayer', partition: 'player', sort: 'name' },
        { field: 'scoresByPoints', partition: 'points', sort: 'at' },
      ],
    },
  },
};

const owned = {
  sdl: `
type Diary @model @auth(rules: [
  { allow: owner }
  { allow: groups, groups: ["Readers"], operations: [read] }
  { allow: groups, groupsField: "team", operations: [read, update] }
]) { id: ID! text: String pages: Int team: String notes: [Note] @hasMany }
type Note @model @auth(rules: [{ allow: owner, ownerField: "editors" }, { allow: private, operations: [read] }]) {
  id: ID! text: String editors: [String]
}`,
  enums: [],
  callers: [
    { mode: POOL, claims: { sub: 's1', username: 'ann', 'cognito:username': 'ann' } },
    { mode: POOL, claims: { sub: 's2', username: 'bob', 'cognito:username': 'bob', 'cognito:groups': ['Readers'] } },
    { mode: POOL, claims: { sub: 's3', username: 'cat', 'cognito:username': 'cat', 'cognito:groups': ['a', 'b'] } },
  ],
  tables: { Diary: { key: ['id'], indexes: {} }, Note: { key: ['id'], indexes: { 'gsi-Diary.notes': ['diaryNotesId'] } } },
  models: {
    Diary: {
      key: ['id'],
      list: 'Diaries',
      fields: { id, text, pages: number, team: text },
      relations: { notes: { model: 'Note', many: true } },
    },
    Note: { key: ['id'], list: 'Notes', fields: { id, text, diaryNotesId: { type: 'ID' } } },
  },
};

module.exports = [items, relations, keys, owned];
