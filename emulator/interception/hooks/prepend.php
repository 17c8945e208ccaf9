<?php
// Run before a PHP program that `sms-emulator run` or `env` leads here: its default stream context goes through the
// emulator as a proxy (file_get_contents and the like; a program's own context is its own).
(static function (): void {
    $proxy = getenv('https_proxy');
    if ($proxy) {
        $proxy = preg_replace('~^https?://~', 'tcp://', rtrim($proxy, '/'));
        stream_context_set_default(['http' => ['proxy' => $proxy, 'request_fulluri' => true]]);
    }
})();
