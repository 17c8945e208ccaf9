<?php
// A sandbox of a running sms-emulator, for tests in PHP 8.1 and newer: one file, nothing to install. Copy it.
//   $sms = SmsEmulator::create(['clock' => 'frozen']);
//   ... your app sends to $sms->baseUrl with $sms->accounts['smsoffice']['key'] ...
//   assert($sms->otp(['to' => '995577123456']) === '123456');
//   $sms->settle();  $sms->delete();
declare(strict_types=1);

final class SmsEmulatorError extends RuntimeException
{
    /** @param array<string, mixed> $error what else was told: nearest, next_due, now */
    public function __construct(string $call, public readonly int $status, public readonly array $error)
    {
        $hint = ($error['hint'] ?? '') !== '' ? ". {$error['hint']}" : '';
        parent::__construct("$call: $status {$error['code']}: {$error['message']}$hint");
    }
}

final class SmsEmulator
{
    /** @param array<string, array<string, mixed>> $accounts credentials by provider */
    private function __construct(
        public readonly string $baseUrl, private readonly ?string $token,
        public readonly string $id, public readonly array $accounts,
    ) {
    }

    /** A fresh sandbox. @param array<string, mixed> $options as POST /_emulator/sandboxes takes them */
    public static function create(array $options = [], ?string $url = null, ?string $token = null): self
    {
        $url = rtrim($url ?? (getenv('SMS_EMULATOR_URL') ?: 'http://127.0.0.1:8775'), '/');
        $token ??= getenv('SMS_EMULATOR_TOKEN') ?: null;
        $made = (new self($url, $token, '', []))->call('POST', '/_emulator/sandboxes', (object) $options);
        return new self($url, $token, $made['id'], $made['accounts']);
    }

    /** @param array<string, mixed> $filters @return list<array<string, mixed>> */
    public function messages(array $filters = []): array
    {
        return $this->call('GET', $this->at('/messages'), null, $filters)['messages'];
    }

    /** @param array<string, mixed> $filters @return list<array<string, mixed>> */
    public function callbacks(array $filters = []): array
    {
        return $this->call('GET', $this->at('/callbacks'), null, $filters)['callbacks'];
    }

    /** The code in the newest message. @param array<string, mixed> $asked to, timeout, pattern */
    public function otp(array $asked = []): string
    {
        return $this->call('GET', $this->at('/otp'), null, $asked)['code'];
    }

    /** As soon as enough messages, callbacks or requests fit. @param array<string, mixed> $filters @return list<array<string, mixed>> */
    public function wait(string $kind = 'messages', array $filters = []): array
    {
        return $this->call('GET', $this->at('/wait'), null, ['for' => $kind] + $filters)[$kind];
    }

    /** Time moves on until nothing is due. @return array{now: string, rate: float} */
    public function settle(float $timeout = 10): array
    {
        return $this->call('POST', $this->at('/settle'), ['timeout' => $timeout]);
    }

    /** @return array{now: string, rate: float} */
    public function advance(float $seconds): array
    {
        return $this->call('POST', $this->at('/clock'), ['advance' => $seconds]);
    }

    /** @param list<array<string, mixed>> $rules @return list<array<string, mixed>> */
    public function putRules(array $rules): array
    {
        return $this->call('PUT', $this->at('/rules'), ['rules' => $rules])['rules'];
    }

    /** What a failed test should print. */
    public function report(): string
    {
        return $this->call('GET', $this->at('/report'));
    }

    /** Run a test; when it fails, its report is printed. @template T @param callable(): T $test @return T */
    public function explained(callable $test): mixed
    {
        try {
            return $test();
        } catch (Throwable $error) {
            try {
                $told = $this->report();
            } catch (Throwable $trouble) { // it must not hide the failure that it should explain
                $told = $trouble->getMessage();
            }
            file_put_contents('php://stderr', "\nsms-emulator\n$told\n");
            throw $error;
        }
    }

    public function delete(): void
    {
        $this->call('DELETE', $this->at(''));
    }

    private function at(string $path): string
    {
        return "/_emulator/sandboxes/$this->id$path";
    }

    /** @param array<string, mixed> $query */
    private function call(string $method, string $path, mixed $body = null, array $query = []): mixed
    {
        $query = array_map(fn ($value) => is_bool($value) ? ($value ? 'true' : 'false') : $value, $query);
        $headers = ['Content-Type: application/json', 'Connection: close'];
        if ($this->token !== null) {
            $headers[] = "Authorization: Bearer $this->token";
        }
        $asked = stream_context_create(['http' => [
            'method' => $method, 'header' => implode("\r\n", $headers), 'ignore_errors' => true, 'timeout' => 60,
            'content' => $body === null ? '' : json_encode($body, JSON_THROW_ON_ERROR),
        ]]);
        $target = $this->baseUrl . $path . ($query ? '?' . http_build_query($query) : '');
        $text = @file_get_contents($target, false, $asked);
        if ($text === false) {
            throw new RuntimeException("no emulator answers at $this->baseUrl; start one with sms-emulator serve");
        }
        $status = (int) explode(' ', $http_response_header[0])[1];
        $told = json_decode($text, true);
        if ($status >= 400) {
            throw new SmsEmulatorError("$method $path", $status, $told['error'] ?? ['code' => 'no-control-api', 'message' => $text]);
        }
        return $told ?? $text;
    }
}
