/** What a browser remembers of its user's choices. Nothing is kept where it may not be. */

const PREFIX = 'winnerlook-mock.';

export function remembered(name, otherwise) {
  try {
    return localStorage.getItem(PREFIX + name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    /* a private window: the choice lasts as long as the page */
  }
}
