module iomodes/peers

go 1.24
