/** The mock as a test sees it: an account of the test's own, opened and looked at over the control API. */
export class MockGateway {
  static async open(endpoint) {
    const mock = new MockGateway();
    mock.endpoint = endpoint;
    const account = await mock.#api('POST', '/accounts', { settings: { balance_interval: 0 } });
    mock.userCode = account.user_code;
    mock.userPass = account.user_pass;
    return mock;
  }

  /** The SMS to this number, as soon as there is one. */
  waitFor(phone) {
    return this.#api('GET', `/wait?${new URLSearchParams({ account: this.userCode, to: phone, timeout: 5 })}`);
  }

  /** The next call of this operation is refused with this code. */
  refuseNext(operation, code) {
    return this.#api('POST', '/faults', { kind: 'code', code, account: this.userCode, operation, times: 1 });
  }

  /** What the mock noted as wrong with the calls of this account. */
  async warnings() {
    const found = await this.#api('GET', `/journal?${new URLSearchParams({ q: `account:${this.userCode} has:warning` })}`);
    return found.entries.flatMap((entry) => entry.notes);
  }

  close() {
    return this.#api('DELETE', `/accounts/${this.userCode}`);
  }

  async #api(method, path, body) {
    const headers = { 'Content-Type': 'application/json' };
    const token = process.env.WINNERLOOK_MOCK_TOKEN; // wanted where the mock does not listen on loopback
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(`${this.endpoint}/_mock/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
    return text ? JSON.parse(text) : null;
  }
}
