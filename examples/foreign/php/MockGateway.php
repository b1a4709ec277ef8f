<?php
declare(strict_types=1);

/** The mock as a test sees it: an account of the test's own, opened and looked at over the control API. */
final class MockGateway
{
    public readonly string $userCode;
    public readonly string $userPass;

    public function __construct(public readonly string $endpoint)
    {
        $account = $this->api('POST', '/accounts', ['settings' => ['balance_interval' => 0]]);
        $this->userCode = $account['user_code'];
        $this->userPass = $account['user_pass'];
    }

    /** The SMS to this number, as soon as there is one. */
    public function waitFor(string $phone): array
    {
        return $this->api('GET', '/wait?' . http_build_query(['account' => $this->userCode, 'to' => $phone, 'timeout' => 5]));
    }

    /** The next call of this operation is refused with this code. */
    public function refuseNext(string $operation, int $code): void
    {
        $which = ['account' => $this->userCode, 'operation' => $operation, 'times' => 1];
        $this->api('POST', '/faults', ['kind' => 'code', 'code' => $code] + $which);
    }

    /** What the mock noted as wrong with the calls of this account. */
    public function warnings(): array
    {
        $found = $this->api('GET', '/journal?' . http_build_query(['q' => "account:{$this->userCode} has:warning"]));
        return array_merge(...array_column($found['entries'], 'notes'));
    }

    public function close(): void
    {
        $this->api('DELETE', "/accounts/{$this->userCode}");
    }

    private function api(string $method, string $path, ?array $body = null): array
    {
        $token = getenv('WINNERLOOK_MOCK_TOKEN'); // wanted where the mock does not listen on loopback
        $http = [
            'method' => $method,
            'header' => array_merge(['Content-Type: application/json'], $token ? ["Authorization: Bearer $token"] : []),
            'content' => $body === null ? '' : json_encode($body),
            'ignore_errors' => true,
        ];
        $answer = file_get_contents("{$this->endpoint}/_mock/api/v1$path", false, stream_context_create(['http' => $http]));
        if ($answer === false || preg_match('/^HTTP\/\S+ [45]/', $http_response_header[0])) {
            throw new RuntimeException("$method $path: $answer");
        }
        return json_decode($answer ?: '[]', true);
    }
}
