const FRAGMENTS = `
  fragment C on Customer { id name email country joinedOn }
  fragment P on Product { sku title price weight inStock shippingCost }
  fragment R on Review { id stars text }`;

/** The same few entities met on many roads, deep down: what a gateway does with them is most of its work. */
export const HEAVY = `query Heavy($skip: Int) {
  customers(first: 11, skip: $skip) {
    ...C
    reviews(first: 3) {
      ...R
      product { ...P reviews(first: 3) { ...R author { ...C reviews(first: 2) { ...R product { ...P } } } } }
    }
  }
  products(first: 12, skip: $skip) {
    ...P
    reviews(first: 4) { ...R author { ...C reviews(first: 2) { ...R product { ...P } } } }
  }
}
${FRAGMENTS}`;

/** A page of a shop: three products with what four subgraphs know of them. */
export const LIGHT = `query Light($skip: Int) {
  products(first: 3, skip: $skip) { sku title price inStock reviews(first: 2) { stars text author { name country } } }
}`;

/** Each event says little itself: two other subgraphs have the rest. */
export const REVIEW_ADDED = `subscription ReviewAdded {
  reviewAdded { at review { id stars text author { name country } product { title price } } }
}`;
