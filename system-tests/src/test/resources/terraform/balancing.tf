terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "port" {
  type = number
}

variable "path" {
  type = string
}

variable "tags" {
  type = map(string)
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "any"
  secret_key                  = "any"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    ecs   = var.endpoint
    elbv2 = var.endpoint
    ec2   = var.endpoint
  }
}

resource "aws_lb" "front" {
  name            = "front"
  subnets         = ["subnet-1", "subnet-2"]
  security_groups = ["sg-1"]
  tags            = var.tags
}

resource "aws_lb_target_group" "web" {
  name                 = "web"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = "vpc-1"
  deregistration_delay = 5
  tags                 = var.tags

  health_check {
    path     = var.path
    interval = 5
    timeout  = 2
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.front.arn
  port              = var.port
  protocol          = "HTTP"
  tags              = var.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_listener_rule" "old" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 10
  tags         = var.tags

  action {
    type = "redirect"

    redirect {
      path        = var.path
      status_code = "HTTP_301"
    }
  }

  condition {
    path_pattern {
      values = ["/old/*"]
    }
  }

  condition {
    host_header {
      values = ["*.example.org"]
    }
  }
}

resource "aws_lb_target_group_attachment" "one" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = "127.0.0.1"
  port             = 8081
}

resource "aws_ecs_cluster" "main" {
  name = "balanced"
}

resource "aws_ecs_task_definition" "web" {
  family = "web"
  container_definitions = jsonencode([{
    name         = "main"
    image        = "longshore-test/busybox:1"
    memory       = 16
    essential    = true
    portMappings = [{ containerPort = 8080, hostPort = 0, protocol = "tcp" }]
  }])
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 2

  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "main"
    container_port   = 8080
  }

  depends_on = [aws_lb_listener.http]
}
