import {
  customerById,
  customers,
  productBySku,
  products,
  type Review,
  reviewById,
  reviews,
  reviewsByAuthor,
  reviewsByProduct,
} from './data.ts';

interface Page {
  readonly first: number;
}

interface Stretch extends Page {
  readonly skip: number;
}

interface Sku {
  readonly sku: string;
}

interface Id {
  readonly id: string;
}

export const shopResolvers = {
  accounts: {
    Query: { customers: (_: unknown, { first, skip }: Stretch) => customers.slice(skip, skip + first) },
    Customer: { __resolveReference: ({ id }: Id) => customerById.get(id) },
  },
  products: {
    Query: { products: (_: unknown, { first, skip }: Stretch) => products.slice(skip, skip + first) },
    Product: { __resolveReference: ({ sku }: Sku) => productBySku.get(sku) },
  },
  inventory: {
    Product: {
      inStock: ({ sku }: Sku) => productBySku.get(sku)?.inStock,
      shippingCost: ({ price, weight }: { readonly price: number; readonly weight: number }) =>
        price > 50_000 ? 0 : 495 + Math.ceil(weight / 10),
    },
  },
  reviews: {
    Query: { reviews: (_: unknown, { first }: Page) => reviews.slice(0, first) },
    Review: {
      __resolveReference: ({ id }: Id) => reviewById.get(id),
      author: ({ authorId }: Review) => ({ id: authorId }),
      product: ({ sku }: Review) => ({ sku }),
    },
    Customer: { reviews: ({ id }: Id, { first }: Page) => (reviewsByAuthor.get(id) ?? []).slice(0, first) },
    Product: { reviews: ({ sku }: Sku, { first }: Page) => (reviewsByProduct.get(sku) ?? []).slice(0, first) },
  },
};

/** The same without subgraphs: each field from the data itself. */
export const monolithResolvers = {
  Query: { ...shopResolvers.accounts.Query, ...shopResolvers.products.Query, ...shopResolvers.reviews.Query },
  Customer: { reviews: shopResolvers.reviews.Customer.reviews },
  Product: {
    reviews: shopResolvers.reviews.Product.reviews,
    shippingCost: shopResolvers.inventory.Product.shippingCost,
  },
  Review: {
    author: ({ authorId }: Review) => customerById.get(authorId),
    product: ({ sku }: Review) => productBySku.get(sku),
  },
};
