/** The shop's rows: the same at every run, so that answers of different gateways and days can be compared. */

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly country: string;
  readonly joinedOn: string;
}

export interface Product {
  readonly sku: string;
  readonly title: string;
  readonly price: number;
  readonly weight: number;
  readonly inStock: number;
}

export interface Review {
  readonly id: string;
  readonly stars: number;
  readonly text: string | null;
  readonly authorId: string;
  readonly sku: string;
}

const CUSTOMERS = 40;
const PRODUCTS = 60;
const REVIEWS = 400;

const WORDS =
  'sturdy light quiet bright small large warm cold soft hard cheap dear quick slow green blue old new round flat'.split(
    ' ',
  );
const THINGS = 'lamp chair kettle table shelf mirror clock basket drill ladder bench vase'.split(' ');
const COUNTRIES = ['NL', 'DE', 'FR', 'PT', 'SE', 'IE'];

/** A linear congruential generator: the quality of its numbers does not matter, their sameness does. */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const roll = createDice(20_260_101);
const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
const sentence = (words: number) => Array.from({ length: words }, () => pick(WORDS)).join(' ');

export const customers: readonly Customer[] = Array.from({ length: CUSTOMERS }, (_, index) => ({
  id: `c${index + 1}`,
  name: `${pick(WORDS)} ${pick(THINGS)}`,
  email: index % 7 === 0 ? null : `customer${index + 1}@shop.example`,
  country: pick(COUNTRIES),
  joinedOn: `20${10 + roll(15)}-0${1 + roll(9)}-1${roll(10)}`,
}));

export const products: readonly Product[] = Array.from({ length: PRODUCTS }, (_, index) => ({
  sku: `p${index + 1}`,
  title: `${sentence(2)} ${pick(THINGS)}`,
  price: 100 + roll(90_000),
  weight: 50 + roll(12_000),
  inStock: roll(5) === 0 ? 0 : roll(200),
}));

export const reviews: readonly Review[] = Array.from({ length: REVIEWS }, (_, index) => ({
  id: `r${index + 1}`,
  stars: 1 + roll(5),
  text: index % 9 === 0 ? null : sentence(4 + roll(8)),
  authorId: pick(customers).id,
  sku: pick(products).sku,
}));

export const customerById = new Map(customers.map((customer) => [customer.id, customer]));
export const productBySku = new Map(products.map((product) => [product.sku, product]));
export const reviewById = new Map(reviews.map((review) => [review.id, review]));
export const reviewsByAuthor = Map.groupBy(reviews, ({ authorId }) => authorId);
export const reviewsByProduct = Map.groupBy(reviews, ({ sku }) => sku);
