/** The only source of chance. Simulation replaces it with a seeded generator. */
export interface Random {
  /** A whole number n with 0 <= n < bound; `bound` is a positive safe integer. */
  nextInt(bound: number): number;
}
