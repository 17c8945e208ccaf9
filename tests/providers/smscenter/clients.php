<?php
// Calls all seven operations of the WSDL named by the first argument; prints what came as JSON.
$client = new SoapClient($argv[1], ['cache_wsdl' => WSDL_CACHE_NONE]);
$who = ['login' => $argv[2], 'psw' => $argv[3]];
$to = '79999999999';
$sent = $client->send_sms($who + ['phones' => $to, 'mes' => 'Привет', 'id' => '', 'sender' => '', 'time' => 0]);
$id = $sent->sendresult->id;
$out = [
    'send_sms' => $sent->sendresult,
    'send_sms2' => $client->send_sms2($who + ['phones' => "$to,12", 'mes' => 'b', 'query' => 'err=1'])->sendresult,
    'get_sms_cost' => $client->get_sms_cost($who + ['phones' => $to, 'mes' => 'a'])->costresult,
    'get_sms_cost2' => $client->get_sms_cost2($who + ['phones' => $to, 'mes' => 'a', 'query' => ''])->costresult,
    'get_status' => $client->get_status($who + ['phone' => $to, 'id' => $id, 'all' => '1'])->statusresult,
    'get_status2' => $client->get_status2($who + ['phone' => $to, 'id' => $id, 'query' => 'all=2'])->statusresult,
    'get_balance' => $client->get_balance($who)->balanceresult,
];
echo json_encode($out, JSON_UNESCAPED_UNICODE);
