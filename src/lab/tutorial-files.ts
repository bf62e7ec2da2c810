/**
 * The files of scenarios/tutorial, so that `lab: tutorial` needs no disk. Generated: change them there,
 * then run `npx vitest run test/lab/tutorial-files.test.ts -u`.
 */
export const TUTORIAL_FILES: Readonly<Record<string, string>> = {
  'lab.yaml': `# The laboratory of the tutorial: two directors, two web servers, a client, a switch.
# Nobody is the gateway, 192.168.100.1.
hosts:
  lvs1:
    address: 192.168.100.100/24
    gateway: 192.168.100.1
    files:
      /etc/sysctl.conf: lvs1/sysctl.conf
      /etc/keepalived/keepalived.conf: lvs1/keepalived.conf
    setup:
      - sysctl -p
      - systemctl start keepalived

  lvs2:
    address: 192.168.100.111/24
    gateway: 192.168.100.1
    files:
      /etc/sysctl.conf: lvs2/sysctl.conf
      /etc/keepalived/keepalived.conf: lvs2/keepalived.conf
    setup:
      - sysctl -p
      - systemctl start keepalived

  # A web server holds the virtual address too, on lo, and must keep silent about it: arp_ignore 1 answers
  # only for addresses of the card that was asked, arp_announce 2 asks only in the name of one of them.
  web1:
    address: 192.168.100.200/24
    gateway: 192.168.100.1
    files:
      /var/www/html/index.html: web1/index.html
    setup:
      - ifconfig lo:0 192.168.100.10 netmask 255.255.255.255 broadcast 192.168.100.10 up
      - route add -host 192.168.100.10 dev lo:0
      - sysctl -w net.ipv4.conf.lo.arp_ignore=1
      - sysctl -w net.ipv4.conf.lo.arp_announce=2
      - sysctl -w net.ipv4.conf.all.arp_ignore=1
      - sysctl -w net.ipv4.conf.all.arp_announce=2
      - systemctl start httpd

  web2:
    address: 192.168.100.222/24
    gateway: 192.168.100.1
    files:
      /var/www/html/index.html: web2/index.html
    setup:
      - ifconfig lo:0 192.168.100.10 netmask 255.255.255.255 broadcast 192.168.100.10 up
      - route add -host 192.168.100.10 dev lo:0
      - sysctl -w net.ipv4.conf.lo.arp_ignore=1
      - sysctl -w net.ipv4.conf.lo.arp_announce=2
      - sysctl -w net.ipv4.conf.all.arp_ignore=1
      - sysctl -w net.ipv4.conf.all.arp_announce=2
      - systemctl start httpd

  client:
    address: 192.168.100.20/24
    gateway: 192.168.100.1

# A frame for all goes out by the port plugged in last first, so the order decides who answers first when
# several do.
switch:
  name: sw1
  attach: [lvs1, lvs2, web1, web2, client]
`,
  'lvs1/keepalived.conf': `# What the tutorial leaves out with "..." is filled in from the sample file of the distribution, but
# for two lines: vrrp_strict (the address would answer neither ping nor TCP), and persistence_timeout 50 (a
# client would see one server only).
global_defs {
    smtp_server 127.0.0.1
    router_id LVS_01
}

vrrp_instance VI_1 {
    state MASTER
    interface ens33
    virtual_router_id 10
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass abc123
    }
    virtual_ipaddress {
        192.168.100.10
    }
}

# The tutorial writes nb_get_retry 3 in the checks below. TCP_CHECK of keepalived 2.2 does not know that
# word: it complains and tries again only once. retry 3 is what was meant.
virtual_server 192.168.100.10 80 {
    delay_loop 6
    lb_algo rr
    lb_kind DR
    protocol TCP

    real_server 192.168.100.200 80 {
        weight 1
        TCP_CHECK {
            connect_port 80
            connect_timeout 3
            retry 3
            delay_before_retry 3
        }
    }
    real_server 192.168.100.222 80 {
        weight 1
        TCP_CHECK {
            connect_port 80
            connect_timeout 3
            retry 3
            delay_before_retry 3
        }
    }
}
`,
  'lvs1/sysctl.conf': `# A director routes, and tells nobody to take a shorter way.
net.ipv4.ip_forward=1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.ens33.send_redirects = 0
`,
  'lvs2/keepalived.conf': `# As on lvs1, but for router_id, state and priority.
global_defs {
    smtp_server 127.0.0.1
    router_id LVS_02
}

vrrp_instance VI_1 {
    state BACKUP
    interface ens33
    virtual_router_id 10
    priority 90
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass abc123
    }
    virtual_ipaddress {
        192.168.100.10
    }
}

virtual_server 192.168.100.10 80 {
    delay_loop 6
    lb_algo rr
    lb_kind DR
    protocol TCP

    real_server 192.168.100.200 80 {
        weight 1
        TCP_CHECK {
            connect_port 80
            connect_timeout 3
            retry 3
            delay_before_retry 3
        }
    }
    real_server 192.168.100.222 80 {
        weight 1
        TCP_CHECK {
            connect_port 80
            connect_timeout 3
            retry 3
            delay_before_retry 3
        }
    }
}
`,
  'lvs2/sysctl.conf': `# A director routes, and tells nobody to take a shorter way.
net.ipv4.ip_forward=1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.ens33.send_redirects = 0
`,
  'web1/index.html': `this is kgc web
`,
  'web2/index.html': `this is accp web
`,
};
