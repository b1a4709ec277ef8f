/** What is selected in a list. Items are told apart by their keys. */

export class Selection {
  constructor(keyOf, redraw) {
    this.keyOf = keyOf;
    this.redraw = redraw;
    this.keys = new Set();
    this.latest = null;
  }

  get size() {
    return this.keys.size;
  }

  has(item) {
    return this.keys.has(this.keyOf(item));
  }

  /** Choose or leave one; with shift, all between the last one and this one. */
  toggle(item, items, shift) {
    const key = this.keyOf(item);
    const on = !this.keys.has(key);
    const from = shift ? items.findIndex((one) => this.keyOf(one) === this.latest) : -1;
    const at = items.findIndex((one) => this.keyOf(one) === key);
    const meant = from < 0 ? [item] : items.slice(Math.min(from, at), Math.max(from, at) + 1);
    meant.forEach((one) => (on ? this.keys.add(this.keyOf(one)) : this.keys.delete(this.keyOf(one))));
    this.latest = key;
    this.redraw();
  }

  /** All of these; none where all are chosen already. */
  all(items) {
    const everything = items.length > 0 && items.every((one) => this.has(one));
    this.clear(false);
    if (!everything) items.forEach((one) => this.keys.add(this.keyOf(one)));
    this.redraw();
  }

  clear(drawn = true) {
    this.keys.clear();
    if (drawn) this.redraw();
  }
}
