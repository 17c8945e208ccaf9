<?php
$client = new SoapClient ('URL');
$ret = $client->get_status(array('login'=>'alex', 'psw'=>'123', 'phone'=>'79999999999', 'id'=>'999', 'all'=>'0'));
echo json_encode($ret);
