/** Times of each example that a diffusion's variational bound takes at least, and where nobody says how many. */
export const FEWEST_TIMES = 64;
