<?php
$key = $_GET['key'] ?? null;
$smsID = $_GET['smsID'] ?? null;
$number = $_GET['number'] ?? null;
$statusID = $_GET['statusID'] ?? null;
$date = $_GET['date'] ?? null;
// Validation: make sure key matches your callback key
if ($key !== 'YourCallbackKey') {
http_response_code(403);
echo 'Forbidden';
exit;
}
// Process the received status in your system here
http_response_code(200);
echo 'OK';
?>
