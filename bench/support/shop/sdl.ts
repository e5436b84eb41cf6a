const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@external", "@requires"])';

/** A web shop in four subgraphs: entities that meet again and again, and a field that needs those of another subgraph. */
export const SHOP_SDL = {
  accounts: `${LINK}
    type Customer @key(fields: "id") {
      id: ID!
      name: String!
      email: String
      country: String!
      joinedOn: String!
    }
    type Query { customers(first: Int = 10, skip: Int = 0): [Customer!]! }
  `,
  products: `${LINK}
    type Product @key(fields: "sku") {
      sku: ID!
      title: String!
      "Cents."
      price: Int
      "Grams."
      weight: Int
    }
    type Query { products(first: Int = 10, skip: Int = 0): [Product!]! }
  `,
  inventory: `${LINK}
    type Product @key(fields: "sku") {
      sku: ID!
      price: Int @external
      weight: Int @external
      inStock: Int
      "Cents."
      shippingCost: Int @requires(fields: "price weight")
    }
  `,
  reviews: `${LINK}
    type Review @key(fields: "id") {
      id: ID!
      stars: Int!
      text: String
      author: Customer!
      product: Product!
    }
    type Customer @key(fields: "id") { id: ID! reviews(first: Int = 5): [Review!]! }
    type Product @key(fields: "sku") { sku: ID! reviews(first: Int = 5): [Review!]! }
    type ReviewAdded {
      "Microseconds of the machine's monotonic clock at publication."
      at: Float!
      review: Review!
    }
    type Query { reviews(first: Int = 10): [Review!]! }
    type Subscription { reviewAdded: ReviewAdded! }
  `,
} as const;

export type ShopSubgraph = keyof typeof SHOP_SDL;
