<?php
require_once __DIR__ . '/SmsEmulator.php';

final class RestTest extends PHPUnit\Framework\TestCase
{
    public function testTheRest(): void
    {
        $sms = SmsEmulator::create(['clock' => 'frozen']);
        $sms->putRules([json_decode('{"name": "slow", "when": {"operation": "send"}, "then": {"reports": {"late": 60}}}')]);
        file_get_contents($sms->baseUrl . '/api/v2/send/?sender=smsoffice&destination=995577123456&content=a%22b%5C%E1%83%90&reference=r1&key=' . $sms->accounts['smsoffice']['key']);
        $sms->advance(62.5);
        [$message] = $sms->wait('messages', ['status' => 'delivered']);
        $this->assertSame('a"b\\ა', $message['text']);
        $this->assertCount(1, $sms->callbacks(['accepted' => true]));
        $sms->delete();
        try { $sms->messages(); } catch (SmsEmulatorError $error) { $this->assertSame('no-such-sandbox', $error->error['code']); }
        $this->assertTrue(isset($error));
        $this->expectExceptionMessage('no emulator answers at http');
        SmsEmulator::create([], getenv('NOBODY'));
    }
}
